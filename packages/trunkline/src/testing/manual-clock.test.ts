import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./manual-clock.ts";
import { memoryPair } from "./memory-pair.ts";
import { Recorder } from "./recorder.test.util.ts";

test("it stands still until it is moved", () => {
  const clock = new ManualClock();
  assert.equal(clock.now(), 0);
  clock.advance(10);
  clock.advance(5);
  assert.equal(clock.now(), 15);
});

test("timers fire in the order of their times, each at its time, and once", () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push(`late at ${clock.now()}`), 20);
  clock.setTimer(() => fired.push(`early at ${clock.now()}`), 5);
  clock.setTimer(() => fired.push(`early as well at ${clock.now()}`), 5);
  assert.equal(clock.pending, 3);
  clock.advance(19);
  assert.deepEqual(fired, ["early at 5", "early as well at 5"]);
  clock.advance(1);
  clock.advance(100);
  assert.deepEqual(fired.slice(2), ["late at 20"]);
  assert.equal(clock.pending, 0);
});

test("a timer set by a timer fires on the way when it falls due", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  const tick = (): void => {
    fired.push(clock.now());
    clock.setTimer(tick, 10);
  };
  clock.setTimer(tick, 10);
  clock.advance(35);
  assert.deepEqual(fired, [10, 20, 30]);
  assert.equal(clock.now(), 35);
});

test("a cancelled timer does not fire, and may be cancelled again", () => {
  const clock = new ManualClock();
  const timer = clock.setTimer(() => assert.fail("it fired"), 10);
  timer.cancel();
  timer.cancel();
  assert.equal(clock.pending, 0);
  clock.advance(10);
});

test("what a timer sends has arrived before time passes on", async () => {
  const clock = new ManualClock();
  const [near, far] = memoryPair({ chunkSize: 1 });
  const arrivals: number[] = [];
  const sees = new Recorder();
  near.start(sees);
  far.start({ onData: () => arrivals.push(clock.now()), onEnd() {}, onDrain() {}, onClose() {} });
  clock.setTimer(() => near.write(new Uint8Array(3)), 10);
  clock.setTimer(() => near.write(new Uint8Array(1)), 20);
  await clock.pass(25);
  assert.deepEqual(arrivals, [10, 10, 10, 20]);
  assert.equal(clock.now(), 25);
});

test("no time passes, and what is on its way arrives", async () => {
  const clock = new ManualClock();
  const [near, far] = memoryPair();
  const sees = new Recorder();
  far.start(sees);
  near.write(new Uint8Array(3));
  await clock.pass(0);
  assert.equal(sees.count, 3);
  assert.equal(clock.now(), 0);
});
