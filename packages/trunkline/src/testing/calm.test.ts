import assert from "node:assert/strict";
import { test } from "node:test";
import { calm, noteMove } from "./calm.ts";

/** Something moves in each of so many turns. */
function move(turns: number, done: () => void): void {
  if (turns === 0) return done();
  setImmediate(() => {
    noteMove();
    move(turns - 1, done);
  });
}

test("it waits for as long as something moves", async () => {
  let isDone = false;
  move(50, () => {
    isDone = true;
  });
  await calm();
  assert.ok(isDone);
});

test("it waits for an answer that takes a few turns to think", async () => {
  const steps: string[] = [];
  noteMove();
  setImmediate(() => setImmediate(() => setImmediate(() => steps.push("answered"))));
  await calm();
  assert.deepEqual(steps, ["answered"]);
});

test("it does not wait for ever", async () => {
  let isOver = false;
  const restless = (): void => {
    noteMove();
    if (!isOver) setImmediate(restless);
  };
  restless();
  await calm();
  isOver = true;
});
