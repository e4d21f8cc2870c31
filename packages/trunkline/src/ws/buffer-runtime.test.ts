import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { pattern, toBytes } from "../testing/frames.test.util.ts";
import { broken, wellFormed } from "../testing/utf8-cases.test.util.ts";
import { bufferRuntime } from "./buffer-runtime.ts";

test("what it allocates and copies is a Buffer", () => {
  for (const size of [0, 1, 64, 65, 5000, 100_000]) {
    assert.ok(Buffer.isBuffer(bufferRuntime.allocate(size)));
    assert.equal(bufferRuntime.allocate(size).length, size);
    const copy = bufferRuntime.unmaskCopy(pattern(size), 0, size, 0x01020304);
    assert.ok(Buffer.isBuffer(copy));
    const expected = nodeRuntime.unmaskCopy(pattern(size), 0, size, 0x01020304);
    assert.deepEqual(Uint8Array.from(copy), Uint8Array.from(expected));
  }
});

test("a copy is taken from its place, and is nobody else's", () => {
  const bytes = pattern(200);
  const copy = bufferRuntime.unmaskCopy(bytes, 3, 40, 0);
  assert.deepEqual(Uint8Array.from(copy), Uint8Array.from(bytes.subarray(3, 40)));
  bytes.fill(0);
  assert.equal(copy[1], pattern(200)[4]);
});

test("it tells UTF-8 as the machine does, whatever the length and place", () => {
  for (const padding of ["", "x".repeat(100)]) {
    for (const [bytes, expected] of [
      ...wellFormed.map((bytes) => [bytes, true] as const),
      ...broken.map(({ bytes }) => [bytes, false] as const),
    ]) {
      const padded = Uint8Array.from([...toBytes(padding), ...bytes]);
      assert.equal(bufferRuntime.isUtf8(padded, 0, padded.length), expected);
      const inside = Uint8Array.from([0xff, ...padded, 0xff]);
      assert.equal(bufferRuntime.isUtf8(inside, 1, inside.length - 1), expected);
    }
  }
});
