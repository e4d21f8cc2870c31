import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { tcpPair } from "../testing/stream-pairs.test.util.ts";
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

test("a timer that comes late lets what came in the meantime be read first", async (t) => {
  const [near, far] = await tcpPair(t);
  const order: string[] = [];
  near.on("data", () => order.push("data"));
  await nextTurn();
  const fired = new Promise<void>((resolve) => {
    systemClock.setTimer(() => {
      order.push("timer");
      resolve();
    }, 1);
  });
  far.write("x");
  for (const until = systemClock.now() + 20; systemClock.now() < until; );
  await fired;
  assert.deepEqual(order, ["data", "timer"]);
});

test("a timer is cancelled also when its time has come and it has not fired", async () => {
  let fired = 0;
  const count = (): void => {
    fired++;
    for (const timer of both) timer.cancel();
  };
  const both = [systemClock.setTimer(count, 1), systemClock.setTimer(count, 1)];
  await new Promise<void>((resolve) => {
    setTimeout(() => setImmediate(resolve), 1);
  });
  assert.equal(fired, 1);
});
