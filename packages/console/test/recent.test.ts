import assert from "node:assert/strict";
import { test } from "node:test";
import { ClockOffset } from "../src/polling/clock-offset.ts";
import { Growth, percentile, RecentRows } from "../src/recent.ts";

test("a percentile is a value that was there: the nearest rank", () => {
  const values = [15, 20, 35, 40, 50];
  assert.equal(percentile(values, 5), 15);
  assert.equal(percentile(values, 30), 20);
  assert.equal(percentile(values, 40), 20);
  assert.equal(percentile(values, 50), 35);
  assert.equal(percentile(values, 100), 50);
  assert.equal(percentile([7], 95), 7);
  assert.equal(percentile([], 50), undefined);
});

test("a percentile is by value, not by digits, and leaves the list as it was", () => {
  const values = [100, 9, 20];
  assert.equal(percentile(values, 50), 20);
  assert.equal(percentile(values, 95), 100);
  assert.deepEqual(values, [100, 9, 20]);
});

test("rows older than the span leave, and a time without a value is a gap", () => {
  const rows = new RecentRows(2, 1000);
  rows.add(0, [1, 10]);
  rows.add(500, [2, null]);
  rows.add(1500, [3, 30]);
  assert.deepEqual(rows.ages, [-1, 0]);
  assert.deepEqual(rows.lines, [
    [2, 3],
    [null, 30],
  ]);
  assert.deepEqual(rows.line(1), [30]);
  rows.clear();
  assert.deepEqual(rows.ages, []);
});

test("growth is over the span and the sample before it, not since the start", () => {
  const growth = new Growth(1000);
  growth.add(0, 0);
  assert.equal(growth.perSecond, undefined);
  growth.add(500, 100);
  assert.equal(growth.perSecond, 200);
  for (const time of [1000, 1500, 2000, 2500, 3000]) growth.add(time, 100);
  assert.equal(growth.perSecond, 0);
});

test("the quickest ping tells how far the clocks are apart", () => {
  const clock = new ClockOffset();
  assert.equal(clock.offset, 0);
  clock.add(1000, 1100, 51_090);
  assert.equal(clock.offset, 50_040);
  clock.add(2000, 2010, 52_005);
  assert.equal(clock.offset, 50_000);
  clock.add(3000, 3050, 59_000);
  assert.equal(clock.offset, 50_000);
  clock.add(4000, 3990, 0);
  assert.equal(clock.offset, 50_000);
});
