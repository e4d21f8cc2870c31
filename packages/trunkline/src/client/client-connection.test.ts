import assert from "node:assert/strict";
import { duplexPair } from "node:stream";
import { type TestContext, test } from "node:test";
import type { Connection, ConnectionOwner } from "../connection/connection.ts";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { connectionOn } from "./client-connection.ts";
import { readSettings } from "./options.ts";

interface Bench {
  readonly connection: Connection;
  readonly clock: ManualClock;
  readonly events: readonly string[];
  /** What came to the other end. */
  readonly wire: () => Buffer;
}

function open(context: TestContext, options: object = {}, highWaterMark = 10): Bench {
  const [near, far] = duplexPair();
  context.after(() => near.destroy());
  context.after(() => far.destroy());
  const pieces: Buffer[] = [];
  far.on("data", (piece: Buffer) => pieces.push(piece));
  const events: string[] = [];
  const owner: ConnectionOwner = {
    onMessage: () => {},
    onDrain: () => {},
    onClosing: () => void events.push("closing"),
    onClose: ({ code }) => void events.push(`close ${code}`),
    onFailure: ({ code }) => void events.push(`failure ${code}`),
    onDropped: () => void events.push("dropped"),
    onUncaught: (error) => assert.fail(String(error)),
  };
  const clock = new ManualClock();
  const dialled = { stream: near, head: Buffer.alloc(0), protocol: "", extensions: "" };
  const connection = connectionOn(dialled, owner, readSettings(options), clock, { highWaterMark });
  connection.start();
  return { connection, clock, events, wire: () => Buffer.concat(pieces) };
}

test("a client masks what it sends", async (context) => {
  const { connection, wire } = open(context);
  connection.send("hi");
  await nextTurn();
  assert.equal(wire().length, 2 + 4 + 2);
  assert.equal(wire()[1], 0x80 | 2);
});

test("its queue has a mark, and no limit", (context) => {
  const { connection, events } = open(context);
  assert.equal(connection.send("1"), true);
  const sent = [1, 2, 3].map(() => connection.send(new Uint8Array(32 * 1024 * 1024)));
  assert.deepEqual([sent, events], [[false, false, false], []]);
});

test("it waits 5 s for the server's Close", async (context) => {
  const { connection, clock, events } = open(context);
  connection.close(1000);
  clock.advance(4_999);
  await nextTurn();
  assert.deepEqual(events, ["closing"]);
  clock.advance(1);
  await nextTurn();
  assert.deepEqual(events, ["closing", "close 1006"]);
});

test("its heartbeat is the option's", async (context) => {
  const { clock, wire } = open(context, { heartbeat: 70 });
  clock.advance(70);
  await nextTurn();
  assert.equal(wire()[0], 0x89);
});
