import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { checkClose, clampUnsignedShort, payloadSize, toPayload } from "./payload.ts";

const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);

const asBytes: readonly (readonly [string, unknown, readonly number[]])[] = [
  ["an ArrayBuffer", Uint8Array.of(1, 2).buffer, [1, 2]],
  ["a Uint8Array that starts within its buffer", bytes.subarray(2, 4), [2, 3]],
  ["a Buffer", Buffer.from([9, 8]), [9, 8]],
  ["an Int16Array", new Int16Array(bytes.buffer, 2, 1), [2, 3]],
  ["a Float64Array", new Float64Array(bytes.buffer), [...bytes]],
  ["a DataView", new DataView(bytes.buffer, 7), [7]],
  ["an empty ArrayBuffer", new ArrayBuffer(0), []],
  ["an ArrayBuffer of another realm", vm.runInNewContext("Uint8Array.of(5).buffer"), [5]],
  ["a view of another realm", vm.runInNewContext("Uint8Array.of(6)"), [6]],
];

for (const [name, data, expected] of asBytes) {
  test(`${name} is sent as its bytes`, () => {
    const payload = toPayload(data);
    assert.ok(payload instanceof Uint8Array);
    assert.deepEqual([...payload], expected);
  });
}

const asText: readonly (readonly [string, unknown, string])[] = [
  ["a string", "hi", "hi"],
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a number", 1.5, "1.5"],
  ["a plain object", {}, "[object Object]"],
  ["an array", [1, 2], "1,2"],
  ["a SharedArrayBuffer", new SharedArrayBuffer(1), "[object SharedArrayBuffer]"],
];

for (const [name, data, expected] of asText) {
  test(`${name} is sent as text`, () => assert.equal(toPayload(data), expected));
}

test("a Blob is one although the global is a page's own class, and one of the page is too", () => {
  const [node, global] = [new Blob(["hi"]), globalThis.Blob];
  class PageBlob extends global {}
  globalThis.Blob = PageBlob;
  try {
    assert.equal(toPayload(node), node);
    const ofPage = new PageBlob(["hi"]);
    assert.equal(toPayload(ofPage), ofPage);
  } finally {
    globalThis.Blob = global;
  }
});

test("a Blob stays a Blob", () => {
  const blob = new Blob(["hi"]);
  assert.equal(toPayload(blob), blob);
});

test("a detached buffer and its views are empty", () => {
  const buffer = new ArrayBuffer(8);
  const view = new DataView(buffer);
  const typed = new Uint16Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  for (const detached of [buffer, view, typed]) {
    assert.deepEqual(toPayload(detached), new Uint8Array(0));
  }
});

const unsendable: readonly (readonly [string, () => unknown])[] = [
  ["a symbol", () => Symbol("no")],
  ["a view of a SharedArrayBuffer", () => new Uint8Array(new SharedArrayBuffer(4))],
  ["a resizable ArrayBuffer", () => resizable()],
  ["a view of a resizable ArrayBuffer", () => new Uint8Array(resizable())],
];

function resizable(): ArrayBuffer {
  // Newer than the ES2023 types.
  const Constructor = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer;
  return new Constructor(4, { maxByteLength: 8 });
}

for (const [name, make] of unsendable) {
  test(`${name} is a TypeError`, () => assert.throws(() => toPayload(make()), TypeError));
}

test("the size of a payload is counted in bytes of UTF-8, a lone surrogate as U+FFFD", () => {
  const sizes = ["", "a", "é", "€", "😀", "\ud800"].map((text) => payloadSize(text));
  assert.deepEqual(sizes, [0, 1, 2, 3, 4, 3]);
  assert.equal(payloadSize(new Blob(["€"])), 3);
  assert.equal(payloadSize(bytes), 8);
});

const clamped: readonly (readonly [unknown, number])[] = [
  [1000, 1000],
  ["1000", 1000],
  [999.5, 1000],
  [1000.5, 1000],
  [1000.6, 1001],
  [1001.5, 1002],
  [-1, 0],
  [Number.NaN, 0],
  [null, 0],
  ["abc", 0],
  [70_000, 65_535],
  [Number.POSITIVE_INFINITY, 65_535],
];

for (const [value, expected] of clamped) {
  test(`the close code ${String(value)} is clamped to ${expected}`, () => {
    assert.equal(clampUnsignedShort(value), expected);
  });
}

test("a close code that has no number is a TypeError", () => {
  assert.throws(() => clampUnsignedShort(1000n), TypeError);
  assert.throws(() => clampUnsignedShort(Symbol("no")), TypeError);
});

for (const code of [undefined, 1000, 3000, 4999]) {
  test(`close accepts the code ${code}`, () => checkClose(code, undefined));
}

for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000, 65_535]) {
  test(`close refuses the code ${code}`, () => {
    assert.throws(() => checkClose(code, undefined), { name: "InvalidAccessError" });
  });
}

test("close accepts a reason of 123 bytes and refuses 124, counted as UTF-8", () => {
  checkClose(1000, "x".repeat(123));
  checkClose(1000, "€".repeat(41));
  assert.throws(() => checkClose(1000, "x".repeat(124)), { name: "SyntaxError" });
  assert.throws(() => checkClose(undefined, `${"€".repeat(41)}x`), { name: "SyntaxError" });
});

test("a wrong code is reported before a wrong reason", () => {
  assert.throws(() => checkClose(1, "x".repeat(124)), { name: "InvalidAccessError" });
});
