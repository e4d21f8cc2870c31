import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import type { Clock } from "./clock.ts";
import { Deadlines, deadlinesOf, type Expiring } from "./deadlines.ts";

/** An item whose deadline is moved on by `next` when it expires. */
class Item implements Expiring {
  place = 0;
  readonly expired: number[] = [];
  deadline: number;
  readonly #next: (now: number) => number;

  constructor(deadline: number, next: (now: number) => number = () => Number.POSITIVE_INFINITY) {
    this.deadline = deadline;
    this.#next = next;
  }

  expire(now: number): void {
    this.expired.push(now);
    this.deadline = this.#next(now);
  }
}

test("each item expires at its deadline, with one timer for all", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const items = [30, 10, 20].map((at) => new Item(at));
  for (const item of items) deadlines.add(item);
  assert.equal(clock.pending, 1);
  clock.advance(100);
  assert.deepEqual(
    items.map((item) => item.expired),
    [[30], [10], [20]],
  );
  assert.equal(clock.pending, 0);
});

test("an item that moves its deadline on expires again", () => {
  const clock = new ManualClock();
  const item = new Item(10, (now) => now + 10);
  new Deadlines(clock).add(item);
  clock.advance(45);
  assert.deepEqual(item.expired, [10, 20, 30, 40]);
});

test("a deadline that moved to an earlier time is met when the item says so", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const item = new Item(100);
  deadlines.add(item);
  item.deadline = 10;
  deadlines.advance(item);
  clock.advance(10);
  assert.deepEqual(item.expired, [10]);
});

test("a deadline that moved to a later time is met then, and not before", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const item = new Item(10);
  deadlines.add(item);
  item.deadline = 100;
  clock.advance(99);
  assert.deepEqual(item.expired, []);
  clock.advance(1);
  assert.deepEqual(item.expired, [100]);
});

test("an item that was removed does not expire, and the last one takes the timer with it", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const [first, second] = [new Item(10), new Item(20)];
  deadlines.add(first);
  deadlines.add(second);
  deadlines.remove(first);
  clock.advance(15);
  assert.deepEqual(first.expired, []);
  deadlines.remove(second);
  assert.equal(clock.pending, 0);
});

test("an item may remove itself and others while it expires", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const second = new Item(10);
  const first = new Item(10, () => {
    deadlines.remove(first);
    deadlines.remove(second);
    return 0;
  });
  deadlines.add(first);
  deadlines.add(second);
  clock.advance(50);
  assert.deepEqual([first.expired, second.expired], [[10], []]);
  assert.equal(clock.pending, 0);
});

test("no deadline needs no timer", () => {
  const clock = new ManualClock();
  new Deadlines(clock).add(new Item(Number.POSITIVE_INFINITY));
  assert.equal(clock.pending, 0);
});

test("on a coarse clock deadlines are served together, late by less than its resolution", () => {
  const manual = new ManualClock();
  const coarse: Clock = {
    resolution: 250,
    now: () => manual.now(),
    setTimer: (callback, ms) => manual.setTimer(callback, ms),
  };
  const deadlines = new Deadlines(coarse);
  const items = [1001, 1100, 1250, 1251].map((at) => new Item(at));
  for (const item of items) deadlines.add(item);
  manual.advance(2000);
  assert.deepEqual(
    items.map((item) => item.expired),
    [[1250], [1250], [1250], [1500]],
  );
});

test("the deadlines of a clock are shared by all who ask for them", () => {
  const clock = new ManualClock();
  assert.equal(deadlinesOf(clock), deadlinesOf(clock));
  assert.notEqual(deadlinesOf(clock), deadlinesOf(new ManualClock()));
});
