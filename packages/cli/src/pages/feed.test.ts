import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "trunkline/testing";
import { Feed, type FeedValue } from "./feed.ts";

test("it gives as many values a second as its rate says, numbered and timed", () => {
  const clock = new ManualClock();
  const feed = new Feed(clock);
  const values: FeedValue[] = [];
  feed.subscribe((value) => values.push(value));
  assert.ok(feed.setRate(4));
  clock.advance(1000);
  assert.deepEqual(
    values.map(({ text }) => JSON.parse(text)).map(({ seq, time }) => [seq, time]),
    [
      [1, 250],
      [2, 500],
      [3, 750],
      [4, 1000],
    ],
  );
  feed.stop();
  clock.advance(1000);
  assert.equal(feed.seq, 4);
  assert.equal(clock.pending, 0);
});

test("a rate that is none, or out of bounds, changes nothing", () => {
  const feed = new Feed(new ManualClock());
  for (const rate of [0, -1, 0.01, 201, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(feed.setRate(rate), false, String(rate));
  }
  assert.equal(feed.rate, 10);
  feed.stop();
});

test("the values behind a number are given as far as they are kept, also when many were", () => {
  const clock = new ManualClock();
  const feed = new Feed(clock);
  assert.deepEqual(feed.after(0), []);
  feed.setRate(200);
  clock.advance(100_000);
  assert.equal(feed.seq, 20_000);
  assert.deepEqual(
    feed.after(19_998).map(({ seq }) => seq),
    [19_999, 20_000],
  );
  assert.deepEqual(feed.after(20_000), []);
  assert.deepEqual(feed.after(99_999), []);
  const kept = feed.after(0);
  assert.ok(kept.length >= 500 && kept.length <= 1000);
  assert.equal(kept.at(-1)?.seq, 20_000);
  feed.stop();
});

test("a clock that jumped is made up for by a second of values, and no more", () => {
  const clock = new ManualClock();
  let jumped = 0;
  const feed = new Feed({
    now: () => clock.now() + jumped,
    setTimer: (callback, ms) => clock.setTimer(callback, ms),
  });
  clock.advance(1000);
  assert.equal(feed.seq, 10);
  jumped = 3_600_000;
  clock.advance(1000);
  assert.ok(feed.seq >= 30 && feed.seq <= 32, String(feed.seq));
  feed.stop();
});
