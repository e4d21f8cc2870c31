/**
 * A chat's gateway, and the client that bots use for it (@discordjs/ws): messages in one zlib stream for
 * each connection, heartbeats, sessions that are resumed with what was missed, and new ones.
 */
import assert from "node:assert/strict";
import { constants, createDeflate } from "node:zlib";
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from "@discordjs/ws";
import { WebSocketServer } from "ws";
import { assertSame, Mailbox } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads("@discordjs/ws");

const DISPATCH = 0;
const HEARTBEAT = 1;
const IDENTIFY = 2;
const RESUME = 6;
const RECONNECT = 7;
const INVALID_SESSION = 9;
const HELLO = 10;
const ACK = 11;

/** The gateway's end of one connection. */
class Session {
  static sequence = 0;
  #deflate = createDeflate({ flush: constants.Z_SYNC_FLUSH });
  received = new Mailbox();
  beats = new Mailbox();

  constructor(socket) {
    this.socket = socket;
    this.#deflate.on("data", (piece) => socket.send(piece));
    socket.on("message", (data) => this.#take(JSON.parse(data)));
    socket.on("close", (code) => this.received.put({ op: "close", code }));
    this.send({ op: HELLO, d: { heartbeat_interval: 1_000_000 } });
  }

  #take(message) {
    if (message.op !== HEARTBEAT) return this.received.put(message);
    this.beats.put(message.d);
    this.send({ op: ACK });
  }

  send(message) {
    this.#deflate.write(JSON.stringify(message));
    this.#deflate.flush(constants.Z_SYNC_FLUSH);
  }

  dispatch(t, d) {
    Session.sequence += 1;
    this.send({ op: DISPATCH, t, d, s: Session.sequence });
  }

  /** Asks for a heartbeat; until its ACK was taken. */
  async beat() {
    const taken = acks.next();
    this.send({ op: HEARTBEAT });
    assert.equal(await this.beats.next(), Session.sequence);
    await taken;
  }

  async ready() {
    this.dispatch("READY", { session_id: "first", resume_gateway_url: url });
    await readies.next();
  }
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
const sessions = new Mailbox();
const events = new Mailbox();
const acks = new Mailbox();
const readies = new Mailbox();
server.on("connection", (socket, request) => {
  assert.match(request.url, /compress=zlib-stream/);
  sessions.put(new Session(socket));
});
await next(server, "listening");
const url = `ws://127.0.0.1:${server.address().port}`;

/** What its API says of the gateway. */
const gateway = {
  url,
  shards: 1,
  session_start_limit: { total: 9, remaining: 9, reset_after: 0, max_concurrency: 1 },
};
const manager = new WebSocketManager({
  token: "token",
  intents: 0,
  compression: CompressionMethod.ZlibNative,
  shardCount: 1,
  // Each may come at once.
  buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }),
  rest: { get: async () => gateway },
});
manager.on(WebSocketShardEvents.Dispatch, (payload) => {
  const { t, d } = payload.data ?? payload;
  if (t !== "READY") events.put(d);
});
manager.on(WebSocketShardEvents.Ready, () => readies.put(undefined));
manager.on(WebSocketShardEvents.HeartbeatComplete, () => acks.put(undefined));
manager.on(WebSocketShardEvents.Error, (error) => {
  throw error;
});

const connected = manager.connect();
let session = await sessions.next();
assert.equal((await session.received.next()).op, IDENTIFY);
await session.ready();
await connected;

// Heartbeats, answered.
for (let i = 0; i < 3; i++) await session.beat();

// Events in one stream of zlib, small and large. One after the other: the client may take two that
// come at once for one.
const sent = ["é😀", "x".repeat(300_000), ...Array.from({ length: 500 }, (_, i) => `event ${i}`)];
for (const text of sent) {
  session.dispatch("MESSAGE", text);
  assertSame(await events.next(), text);
}

// Told to reconnect, and dropped: the session is resumed from the last event that came.
const breaks = [
  [(one) => one.send({ op: RECONNECT }), 4200],
  [(one) => one.socket.close(4000), 4000],
  [(one) => one.socket.terminate(), 1006],
];
for (const [leave, code] of breaks) {
  leave(session);
  assert.deepEqual(await session.received.next(), { op: "close", code });
  session = await sessions.next();
  const { op, d } = await session.received.next();
  assert.deepEqual([op, d.session_id, d.seq], [RESUME, "first", Session.sequence]);
  session.dispatch("MESSAGE", "missed");
  assert.equal(await events.next(), "missed");
  session.dispatch("RESUMED", {});
  assert.deepEqual(await events.next(), {});
  await session.beat();
}

// A session that is no more: a new one.
session.send({ op: INVALID_SESSION, d: false });
assert.deepEqual(await session.received.next(), { op: "close", code: 1000 });
session = await sessions.next();
assert.equal((await session.received.next()).op, IDENTIFY);
await session.ready();
session.dispatch("MESSAGE", "anew");
assert.equal(await events.next(), "anew");

await manager.destroy();
assert.deepEqual(await session.received.next(), { op: "close", code: 1000 });
await end(server);
assertOpened({ server: 5, client: 5 });
