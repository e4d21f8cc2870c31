import assert from "node:assert/strict";
import { test } from "node:test";
import { BufferedAmount } from "./buffered-amount.ts";

function newTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test("within the turn of the send the amount is the payload, even when it has left", () => {
  const amount = new BufferedAmount();
  amount.add(100, 0);
  amount.add(50, 0);
  assert.equal(amount.read(0), 150);
  assert.equal(amount.read(162), 150);
});

test("in a later turn the amount is 0 when all has left, and the payload when nothing has", async () => {
  const amount = new BufferedAmount();
  amount.add(100, 0);
  await newTurn();
  assert.equal(amount.read(106), 100);
  assert.equal(amount.read(60), 60);
  assert.equal(amount.read(0), 0);
});

test("what left before is not counted with what is sent now", async () => {
  const amount = new BufferedAmount();
  amount.add(100, 0);
  await newTurn();
  amount.add(10, 0);
  assert.equal(amount.read(16), 10);
});

test("control frames alone are no application data", () => {
  assert.equal(new BufferedAmount().read(7), 0);
});

test("what is discarded, and what was left at the end, never falls", async () => {
  const amount = new BufferedAmount();
  amount.discard(5);
  amount.add(10, 0);
  amount.freeze(16);
  await newTurn();
  assert.equal(amount.read(0), 15);
});
