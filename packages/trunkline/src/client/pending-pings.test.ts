import assert from "node:assert/strict";
import { test } from "node:test";
import { PendingPings } from "./pending-pings.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a pong answers the ping with its data, and those before it", async () => {
  const pings = new PendingPings();
  const answers = ["a", "b", "c"].map((text) => pings.add(bytes(text)));
  pings.answer(bytes("b"));
  pings.end();
  assert.deepEqual(await Promise.all(answers), [true, true, false]);
});

test("a pong that nobody asked for answers nothing", async () => {
  const pings = new PendingPings();
  const answer = pings.add(bytes("a"));
  pings.answer(bytes("aa"));
  pings.answer(bytes("b"));
  pings.answer(bytes(""));
  pings.end();
  assert.equal(await answer, false);
});

test("the data may be changed once it is sent", async () => {
  const pings = new PendingPings();
  const data = bytes("a");
  const answer = pings.add(data);
  data[0] = 0;
  pings.answer(bytes("a"));
  pings.end();
  assert.equal(await answer, true);
});
