import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { join, maskSlowly, pattern, toBytes } from "../testing/frames.test.util.ts";
import { broken, wellFormed } from "../testing/utf8-cases.test.util.ts";
import { isShortAscii, nodeRuntime } from "./node-runtime.ts";
import { maskShared, readBlock } from "./shared-memory.ts";

fc.configureGlobal({ seed: 6455 });

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Around the bounds where one way of doing it gives over to another. */
const sizes = [0, 1, 2, 95, 96, 97, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 5000, 70_000];

test("SHA-1 in base64 is that of the RFC's example (section 1.3)", () => {
  const text = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  assert.equal(nodeRuntime.sha1Base64(text), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("randomness fills the whole array, and each time anew", () => {
  const [first, second] = [new Uint8Array(4096), new Uint8Array(4096)];
  nodeRuntime.fillRandom(first);
  nodeRuntime.fillRandom(second);
  assert.notDeepEqual(first, second);
  assert.ok(new Set(first).size > 200);
  assert.ok(first.subarray(4000).some((byte) => byte !== 0));
});

test("text of every size is written and read as by the platform's own encoder, within its bounds", () => {
  for (const size of sizes) {
    for (const unit of ["a", "é", "€", "\u{1f600}", "\ufeff", "a\ud800b"]) {
      const text = unit.repeat(Math.ceil(size / unit.length));
      const expected = toBytes(text);
      assert.equal(nodeRuntime.utf8Length(text), expected.length);
      const counted = new Uint8Array(expected.length + 10).fill(0xee);
      assert.equal(nodeRuntime.writeUtf8(text, counted, 5, expected.length), expected.length);
      assert.deepEqual(counted, join(pad(5), expected, pad(5)));
      const into = new Uint8Array(expected.length + 10).fill(0xee);
      assert.equal(nodeRuntime.writeUtf8(text, into, 5), expected.length);
      assert.deepEqual(into, counted);
      const decoded = nodeRuntime.decodeUtf8(into, 5, 5 + expected.length);
      assert.equal(decoded, decoder.decode(expected));
      assert.equal(nodeRuntime.isUtf8(into, 5, 5 + expected.length), true);
    }
  }
});

function pad(size: number): Uint8Array {
  return new Uint8Array(size).fill(0xee);
}

test("the last unit of a text decides as the first does", () => {
  for (const size of sizes) {
    const text = `${"a".repeat(size)}é`;
    const into = new Uint8Array(size + 2);
    assert.equal(nodeRuntime.writeUtf8(text, into, 0), size + 2);
    assert.deepEqual(into, toBytes(text));
    assert.equal(nodeRuntime.decodeUtf8(into, 0, size + 2), text);
  }
});

test("what is not UTF-8 is not decoded, wherever it stands", () => {
  for (const { name, bytes } of broken) {
    for (const size of [0, 1, 130, 2000]) {
      const text = join(pattern(size).fill(0x61), bytes);
      assert.equal(nodeRuntime.isUtf8(text, 0, text.length), false, name);
      assert.equal(nodeRuntime.decodeUtf8(text, 0, text.length), undefined, name);
    }
  }
  for (const bytes of wellFormed) {
    assert.equal(nodeRuntime.decodeUtf8(bytes, 0, bytes.length), decoder.decode(bytes));
  }
});

test("masking equals the RFC's formula for every size, offset and key, within its bounds", () => {
  const keys = [0, 1, 0x80000000 | 0, -1, 0x3d21fa37];
  const anySize = fc.oneof(fc.nat(40), fc.constantFrom(...sizes, 65_535, 65_536, 65_537));
  fc.assert(
    fc.property(anySize, fc.nat(9), fc.constantFrom(...keys), (size, start, key) => {
      const bytes = pattern(start + size + 9);
      nodeRuntime.mask(bytes, start, start + size, key);
      const expected = pattern(start + size + 9);
      const keyBytes = Uint8Array.of(key, key >>> 8, key >>> 16, key >>> 24);
      expected.set(maskSlowly(expected.slice(start, start + size), keyBytes), start);
      assert.ok(Buffer.compare(bytes, expected) === 0, `${size} bytes at ${start}, key ${key}`);
    }),
  );
});

test("a byte that is not ASCII is seen wherever it stands", () => {
  for (const size of [1, 2, 3, 4, 5, 7, 8, 63, 64]) {
    const bytes = new Uint8Array(size + 2).fill(0xff);
    bytes.fill(0x7f, 1, size + 1);
    assert.equal(isShortAscii(bytes, 1, size + 1), true);
    for (let at = 1; at <= size; at++) {
      bytes[at] = 0x80;
      assert.equal(isShortAscii(bytes, 1, size + 1), false, `${at} of ${size}`);
      bytes[at] = 0x7f;
    }
  }
});

test("what is allocated is alone in its memory", () => {
  for (const size of sizes) {
    const bytes = nodeRuntime.allocate(size);
    assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype);
    assert.deepEqual([bytes.length, bytes.byteOffset, bytes.buffer.byteLength], [size, 0, size]);
  }
});

test("masking tells that what came out is ASCII only where it is", () => {
  const key = 0x3d21fa37;
  for (const size of [1, 3, 4, 16, 100, 5000, 262_144]) {
    for (const foreign of [undefined, 0, size >> 1, size - 1]) {
      const plain = pattern(size).map((byte) => byte & 0x7f);
      if (foreign !== undefined) plain[foreign] |= 0x80;
      readBlock.set(plain);
      nodeRuntime.mask(readBlock, 0, size, key);
      const told = nodeRuntime.mask(readBlock, 0, size, key);
      assert.equal(told, foreign === undefined && maskShared !== undefined, `${size}, ${foreign}`);
      assert.equal(nodeRuntime.mask(plain, 0, size, key), false);
    }
  }
});

test("text that is known to be ASCII is read as the rest of it is", () => {
  const text = "all of it is ASCII";
  const bytes = new TextEncoder().encode(`..${text}..`);
  assert.equal(nodeRuntime.decodeUtf8(bytes, 2, 2 + text.length, true), text);
});

test("what was borrowed and given back is borrowed again, by whoever needs no more than it has", () => {
  const bytes = nodeRuntime.borrow(500_000);
  assert.ok(bytes.length >= 500_000);
  const other = nodeRuntime.borrow(500_000);
  assert.notEqual(other, bytes);
  nodeRuntime.giveBack(bytes);
  assert.notEqual(nodeRuntime.borrow(1_000_000), bytes);
  assert.equal(nodeRuntime.borrow(100_000), bytes);
});

test("what is kept for the next that borrows is never more than 1 MiB", () => {
  const bytes = nodeRuntime.borrow(2_000_000);
  nodeRuntime.giveBack(bytes);
  assert.notEqual(nodeRuntime.borrow(2_000_000), bytes);
});
