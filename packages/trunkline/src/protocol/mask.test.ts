import assert from "node:assert/strict";
import { test } from "node:test";
import { maskSlowly, pattern } from "../testing/frames.test.util.ts";
import { maskBytes, readKey, rotateKey, writeKey } from "./mask.ts";

const keys = ["00000000", "ffffffff", "01000000", "00000001", "00000080", "37fa213d"].map((hex) =>
  Uint8Array.from(Buffer.from(hex, "hex")),
);

test("masking equals the RFC's formula at every offset and length, and touches nothing beside", () => {
  for (const key of keys) {
    for (let start = 0; start <= 9; start++) {
      for (let length = 0; length <= 40; length++) {
        const bytes = pattern(60);
        maskBytes(bytes, start, start + length, readKey(key, 0));
        const expected = pattern(60);
        expected.set(maskSlowly(expected.slice(start, start + length), key), start);
        assert.deepEqual(bytes, expected);
      }
    }
  }
});

test("masking twice gives the bytes back", () => {
  const bytes = pattern(1001);
  maskBytes(bytes, 0, 1001, 0x3d21fa37);
  maskBytes(bytes, 0, 1001, 0x3d21fa37);
  assert.deepEqual(bytes, pattern(1001));
});

test("a payload masked piece by piece with the rotated key is as masked whole", () => {
  for (const key of keys) {
    for (let cut = 0; cut <= 13; cut++) {
      const bytes = pattern(13);
      maskBytes(bytes, 0, cut, readKey(key, 0));
      maskBytes(bytes, cut, 13, rotateKey(readKey(key, 0), cut));
      assert.deepEqual(bytes, maskSlowly(pattern(13), key));
    }
  }
});

test("a key is read and written with its first byte the low one", () => {
  for (const key of keys) {
    const bytes = new Uint8Array(6);
    writeKey(bytes, 1, readKey(key, 0));
    assert.deepEqual([...bytes], [0, ...key, 0]);
  }
  assert.equal(readKey(Uint8Array.of(9, 1, 0, 0, 0), 1), 1);
});
