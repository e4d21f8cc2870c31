import assert from "node:assert/strict";
import { test } from "node:test";
import { pattern } from "../testing/frames.test.util.ts";
import { Batch } from "./batch.ts";

test("a batch holds frames one behind the other, however often it grows", () => {
  const batch = new Batch();
  const frames = [1, 100, 3000, 20_000].map((size) => pattern(size, size));
  for (const frame of frames) batch.append(frame);
  assert.equal(batch.length, 23_101);
  assert.deepEqual(Uint8Array.from(batch.since(0)), Uint8Array.from(Buffer.concat(frames)));
  assert.deepEqual(
    Uint8Array.from(batch.since(101)),
    Uint8Array.from(Buffer.concat(frames.slice(2))),
  );
});

test("who asks for the same part gets the same view", () => {
  const batch = new Batch();
  batch.append(pattern(10));
  assert.equal(batch.since(0), batch.since(0));
  assert.notEqual(batch.since(0), batch.since(4));
});

test("a view that was handed out does not change when more is added", () => {
  const batch = new Batch();
  batch.append(pattern(10));
  const view = batch.since(0);
  for (let i = 0; i < 100; i++) batch.append(pattern(1000, i));
  assert.deepEqual(Uint8Array.from(view), pattern(10));
});
