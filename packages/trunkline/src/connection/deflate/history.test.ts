import assert from "node:assert/strict";
import { test } from "node:test";
import { join, pattern } from "../../testing/frames.test.util.ts";
import { History } from "./history.ts";

/** A copy of what there is. */
function bytesOf(history: History): Uint8Array {
  return Uint8Array.from(history.last() ?? []);
}

test("keeps the last bytes of everything pushed, in whatever pieces it comes", () => {
  for (const size of [256, 4096]) {
    const history = new History(size);
    let all: Uint8Array = new Uint8Array(0);
    assert.equal(history.last(), undefined);
    for (const count of [1, 100, 0, 155, 1, 300, 256, 255, 1000, 4095, 2, 4096, 4097, 9000, 7]) {
      const piece = pattern(count, all.length);
      history.push(piece);
      all = join(all, piece).slice(-size);
      assert.deepEqual(bytesOf(history), all);
    }
  }
});

test("gives as much of the end as is asked for, and no more than there is", () => {
  const history = new History(1024);
  history.push(pattern(500));
  assert.deepEqual(Uint8Array.from(history.last(7) ?? []), pattern(500).slice(-7));
  assert.equal(history.last(501)?.length, 500);
});

test("has nothing when it was cleared, and begins again", () => {
  const history = new History(1024);
  history.push(pattern(5000));
  history.clear();
  assert.equal(history.last(), undefined);
  history.push(pattern(3));
  assert.deepEqual(bytesOf(history), pattern(3));
});

test("takes memory as it is used", () => {
  const history = new History(32_768);
  history.push(pattern(10));
  assert.equal(history.last()?.buffer.byteLength, 1024);
  history.push(pattern(3000));
  assert.equal(history.last()?.buffer.byteLength, 4096);
  history.push(pattern(3000));
  assert.equal(history.last()?.buffer.byteLength, 32_768);
});
