import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { noise, toBytes } from "../../testing/frames.test.util.ts";
import { isLikelyRandom } from "./likely-random.ts";

const numbers = Array.from({ length: 8192 }, (_, index) => Math.sin(index));
const text = toBytes(JSON.stringify(numbers.map((value, id) => ({ id, value }))));
// Behind the description of its codes.
const compressed: Uint8Array = gzipSync(text).subarray(2000);
const base64 = toBytes(Buffer.from(noise(65_536)).toString("base64"));
const floats = new Uint8Array(Float64Array.from(numbers).buffer);

for (const size of [256, 257, 511, 512, 513, 1000, 1024, 65_536]) {
  test(`${size} bytes look random when they are, or compressed, and else do not`, () => {
    assert.ok(isLikelyRandom(noise(size)));
    assert.ok(isLikelyRandom(compressed.subarray(0, size)));
    assert.ok(!isLikelyRandom(text.subarray(0, size)));
    assert.ok(!isLikelyRandom(base64.subarray(0, size)));
    assert.ok(!isLikelyRandom(floats.subarray(0, size)));
    assert.ok(!isLikelyRandom(new Uint8Array(size)));
  });
}

test("too few bytes to tell do not look random", () => {
  assert.ok(!isLikelyRandom(noise(255)));
  assert.ok(!isLikelyRandom(new Uint8Array(0)));
});
