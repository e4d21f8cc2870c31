import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { afterPromises } from "./promises.ts";

async function long(log: string[], name: string): Promise<void> {
  for (let depth = 0; depth < 20; depth++) await undefined;
  log.push(name);
}

const waking = (log: string[], name: string): { wake: () => void } => ({
  wake: () => void log.push(name),
});

for (const [where, run] of [
  ["a callback of the loop", (body: () => void) => void setImmediate(body)],
  ["a tick", (body: () => void) => process.nextTick(body)],
  ["a promise", (body: () => void) => void Promise.resolve().then(body)],
] as const) {
  test(`in ${where}, promises run first, however long their chain`, async () => {
    const log: string[] = [];
    run(() => {
      afterPromises(waking(log, "woken"));
      void long(log, "promise");
    });
    await nextTurn();
    await nextTurn();
    assert.deepEqual(log, ["promise", "woken"]);
  });
}

test("two that rest in one turn wake in order", async () => {
  const log: string[] = [];
  afterPromises(waking(log, "1"));
  afterPromises(waking(log, "2"));
  await nextTurn();
  assert.deepEqual(log, ["1", "2"]);
});

test("one that rests when it is woken rests again, with its promises before it", async () => {
  const log: string[] = [];
  afterPromises({
    wake: () => {
      void long(log, "promise");
      afterPromises(waking(log, "again"));
    },
  });
  afterPromises(waking(log, "other"));
  await nextTurn();
  assert.deepEqual(log, ["other", "promise", "again"]);
});
