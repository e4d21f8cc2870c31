import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";

test("the machine's clock does not go backwards", () => {
  let before = systemClock.now();
  for (let count = 0; count < 1000; count++) {
    const now = systemClock.now();
    assert.ok(now >= before);
    before = now;
  }
});

test("its timers fire once, and a cancelled one does not", async () => {
  // The timers do not keep the process alive: this one does.
  const alive = setInterval(() => {}, 1000);
  const cancelled = systemClock.setTimer(() => assert.fail("it fired"), 0);
  cancelled.cancel();
  let fired = 0;
  await new Promise<void>((resolve) => {
    systemClock.setTimer(() => {
      fired++;
      systemClock.setTimer(resolve, 1);
    }, 0);
  });
  clearInterval(alive);
  assert.equal(fired, 1);
});
