import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "trunkline/testing";
import { machineClock, repeat } from "./clock.ts";

test("the machine's clock counts from 1970, and a cancelled timer calls nobody", () => {
  assert.ok(machineClock.now() > Date.UTC(2020, 0));
  machineClock.setTimer(() => assert.fail("called"), 0).cancel();
});

test("what repeats is called until it is cancelled, by itself too", () => {
  const clock = new ManualClock();
  let calls = 0;
  const timer = repeat(
    clock,
    () => {
      if (++calls === 3) timer.cancel();
    },
    1000,
  );
  clock.advance(999);
  assert.equal(calls, 0);
  clock.advance(10_000);
  assert.deepEqual([calls, clock.pending], [3, 0]);
});
