import assert from "node:assert/strict";
import { test } from "node:test";
import { isBinaryType, isBlob, toBuffer, toRawData } from "./payload.ts";

test("what holds bytes becomes a Buffer over the same memory", () => {
  const { buffer } = Uint8Array.of(1, 2, 3, 4);
  for (const data of [
    buffer,
    new Uint8Array(buffer),
    new DataView(buffer),
    Buffer.from(buffer),
    new Uint32Array(buffer),
  ]) {
    const bytes = toBuffer(data);
    assert.deepEqual([...bytes], [1, 2, 3, 4]);
    assert.equal(bytes.buffer, buffer);
  }
});

test("other things become what Buffer.from makes of them, or a TypeError", () => {
  assert.equal(toBuffer("text").toString(), "text");
  assert.deepEqual([...toBuffer([1, 2])], [1, 2]);
  assert.equal(toBuffer(new String("boxed")).toString(), "boxed");
  for (const data of [undefined, null, true, {}, 5, Symbol("x")]) {
    assert.throws(() => toBuffer(data), TypeError);
  }
});

test("there are four kinds of binary", () => {
  for (const type of ["nodebuffer", "arraybuffer", "fragments", "blob"])
    assert.ok(isBinaryType(type));
  for (const type of ["", "Blob", undefined, 1]) assert.ok(!isBinaryType(type));
});

test("a binary message comes as its kind says", async () => {
  const pooled = Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4);
  assert.deepEqual(toRawData(pooled, "nodebuffer", undefined), Buffer.of(1, 2, 3));
  const buffer = toRawData(pooled, "arraybuffer", undefined);
  assert.ok(buffer instanceof ArrayBuffer && buffer.byteLength === 3);
  const alone = Uint8Array.of(1, 2);
  assert.equal(toRawData(alone, "arraybuffer", undefined), alone.buffer);
  const blob = toRawData(pooled, "blob", undefined);
  assert.ok(blob instanceof Blob);
  assert.deepEqual([...new Uint8Array(await blob.arrayBuffer())], [1, 2, 3]);
});

test("fragments are cut where they ended; one frame is one, and nothing is none", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.deepEqual(toRawData(bytes, "fragments", [1, 3]), [Buffer.of(1), Buffer.of(2, 3)]);
  assert.deepEqual(toRawData(bytes, "fragments", undefined), [Buffer.of(1, 2, 3)]);
  assert.deepEqual(toRawData(new Uint8Array(0), "fragments", undefined), []);
});

test("a Blob is Node's own, or what has all of its members", () => {
  const like = { [Symbol.toStringTag]: "Blob", type: "", stream() {}, arrayBuffer() {} };
  for (const blob of [new Blob(["x"]), new File(["x"], "x"), like]) assert.ok(isBlob(blob));
  const { stream: _, ...without } = like;
  for (const none of [without, { ...like, type: 5 }, Buffer.from("x"), "Blob", null, undefined]) {
    assert.equal(isBlob(none), false);
  }
});
