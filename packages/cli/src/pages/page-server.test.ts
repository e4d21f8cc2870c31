// The server parts of the pages, over real sockets: time is moved by hand, bytes are those of the machine.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket } from "trunkline/client";
import { type Server, serve } from "trunkline/server";
import { ManualClock } from "trunkline/testing";
import { createPageServer } from "./page-server.ts";

interface Given {
  readonly server: Server;
  readonly clock: ManualClock;
}

async function startServer(t: TestContext): Promise<Given> {
  const clock = new ManualClock();
  const { routes, take } = createPageServer(clock);
  const server = await serve({
    routes,
    logger: {},
    http: (request, response) => take(request, response) || response.end("a page"),
  });
  t.after(() => server.close());
  return { server, clock };
}

/** A socket whose messages are waited for one by one. */
class Peer {
  readonly socket: WebSocket;
  readonly closed: Promise<CloseEvent>;
  readonly #waiting: ((message: unknown) => void)[] = [];
  readonly #messages: unknown[] = [];

  constructor(t: TestContext, url: string) {
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.closed = new Promise((resolve) => this.socket.addEventListener("close", resolve));
    this.socket.addEventListener("message", ({ data }) => {
      const message: unknown =
        typeof data === "string" && data.startsWith("{") ? JSON.parse(data) : data;
      const next = this.#waiting.shift();
      if (next) next(message);
      else this.#messages.push(message);
    });
    t.after(() => this.socket.close());
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there
  next(): Promise<any> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

type CloseEvent = Parameters<NonNullable<WebSocket["onclose"]>>[0];

/** Requests over one connection, counted by the client's own socket. */
class OneConnection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  #socket: Socket | undefined;
  #received = 0;
  #sent = 0;

  constructor(t: TestContext, port: number) {
    this.#port = port;
    t.after(() => this.#agent.destroy());
  }

  async ask(path: string) {
    const response = await this.#open(path);
    const { socket } = response; // gone from the response once that has ended
    let body = "";
    for await (const piece of response.setEncoding("utf8")) body += piece;
    assert.ok(this.#socket === undefined || this.#socket === socket, "one connection");
    this.#socket = socket;
    const { bytesRead, bytesWritten } = socket;
    const carried = { received: bytesWritten - this.#sent, sent: bytesRead - this.#received };
    this.#received = bytesRead;
    this.#sent = bytesWritten;
    return { status: response.statusCode, body, carried };
  }

  #open(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      get({ port: this.#port, host: "127.0.0.1", path, agent: this.#agent }, resolve).on(
        "error",
        reject,
      );
    });
  }
}

const nothing = { received: 0, sent: 0, requests: 0 };

test("requests of several kinds on one connection are counted to the byte, each to its own", async (t) => {
  const { server, clock } = await startServer(t);
  const control = new Peer(t, `${server.url}/_trunkline/feed/control`);
  const { run, accounts } = await control.next();
  assert.deepEqual(accounts, {
    poll: nothing,
    longPoll: nothing,
    events: nothing,
    socket: nothing,
  });
  const line = new OneConnection(t, server.port);
  const polls = [];
  await line.ask("/some/page");
  clock.advance(200);
  polls.push(await line.ask(`/_trunkline/feed/poll?run=${run}&after=0`));
  await line.ask("/another/page?with=a&longer=address");
  const longPoll = await line.ask(`/_trunkline/feed/long-poll?run=${run}&after=1`);
  polls.push(await line.ask(`/_trunkline/feed/poll?run=${run}&after=2`));
  await line.ask("/some/page");

  assert.deepEqual(
    polls.map(({ body }) => JSON.parse(body).map(({ seq }: { seq: number }) => seq)),
    [[1, 2], []],
  );
  assert.equal(JSON.parse(longPoll.body)[0].seq, 2);
  clock.advance(250);
  const report = await control.next();
  assert.deepEqual(report.accounts.longPoll, { ...longPoll.carried, requests: 1 });
  assert.deepEqual(report.accounts.poll, {
    received: polls.reduce((sum, { carried }) => sum + carried.received, 0),
    sent: polls.reduce((sum, { carried }) => sum + carried.sent, 0),
    requests: 2,
  });
  assert.deepEqual(report.accounts.events, nothing);
});

test("a long poll is answered with the next value, and with none when the run is over", async (t) => {
  const { server, clock } = await startServer(t);
  const control = new Peer(t, `${server.url}/_trunkline/feed/control`);
  const { run } = await control.next();
  const line = new OneConnection(t, server.port);
  const waiting = line.ask(`/_trunkline/feed/long-poll?run=${run}&after=0`);
  await untilCounted(control, clock, ({ longPoll }) => longPoll.requests === 1);
  assert.equal(JSON.parse((await waiting).body)[0].seq, 1);
  control.say({ rate: 0.1 });
  const last = line.ask(`/_trunkline/feed/long-poll?run=${run}&after=999`);
  await untilCounted(control, clock, ({ longPoll }) => longPoll.requests === 2);
  control.socket.close();
  assert.equal((await last).body, "[]");
  assert.equal((await line.ask(`/_trunkline/feed/poll?run=${run}`)).body, "a page");
});

interface Counts {
  readonly received: number;
  readonly sent: number;
  readonly requests: number;
}

/** Moves time on until a report says so; each report is one turn of real sockets. */
async function untilCounted(
  control: Peer,
  clock: ManualClock,
  holds: (accounts: Readonly<Record<string, Counts>>) => boolean,
): Promise<Readonly<Record<string, Counts>>> {
  for (;;) {
    clock.advance(250);
    const { accounts } = await control.next();
    if (accounts !== undefined && holds(accounts)) return accounts;
  }
}

test("server-sent events and a WebSocket bring the same values, counted while they last", async (t) => {
  const { server, clock } = await startServer(t);
  const control = new Peer(t, `${server.url}/_trunkline/feed/control`);
  const { run } = await control.next();
  const events = get({
    port: server.port,
    host: "127.0.0.1",
    path: `/_trunkline/feed/events?run=${run}`,
    agent: false,
  });
  const [response] = (await once(events, "response")) as [IncomingMessage];
  const socket = new Peer(t, `${server.url}/_trunkline/feed/socket?run=${run}`);
  await once(socket.socket, "open");
  const text = once(response.setEncoding("utf8"), "data");
  clock.advance(100);
  const value = await socket.next();
  assert.equal(String(await text), `data: ${JSON.stringify(value)}\n\n`);

  const client = response.socket;
  const accounts = await untilCounted(
    control,
    clock,
    (counts) => (counts.socket?.sent ?? 0) > 300 && (counts.events?.sent ?? 0) > 300,
  );
  assert.equal(accounts.events?.received, client.bytesWritten);
  assert.equal(accounts.events?.requests, 1);
  assert.equal(accounts.socket?.requests, 1);
  events.destroy();
});

test("an account of a WebSocket is what its TCP connection carried, handshake and frames", async (t) => {
  const { server, clock } = await startServer(t);
  const control = new Peer(t, `${server.url}/_trunkline/feed/control`);
  const { run } = await control.next();
  control.say({ rate: 0.1 });
  control.say({ ping: 1 });
  await control.next();
  const request = get({
    port: server.port,
    host: "127.0.0.1",
    path: `/_trunkline/feed/socket?run=${run}`,
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  });
  const [, socket] = (await once(request, "upgrade")) as [IncomingMessage, Socket];
  socket.resume();
  const arrived = once(socket, "data");
  await untilCounted(control, clock, (counts) => (counts.socket?.sent ?? 0) > 150);
  await arrived;
  // An empty pong that nobody asked for: a mask of zeros, no payload.
  socket.write(Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0));
  const accounts = await untilCounted(
    control,
    clock,
    (counts) =>
      counts.socket?.received === socket.bytesWritten && counts.socket.sent === socket.bytesRead,
  );
  assert.ok((accounts.socket?.sent ?? 0) > 150, "a handshake and a value");
  socket.destroy();
});

test("the feed's rate is set, and one that is none closes with 1008", async (t) => {
  const { server } = await startServer(t);
  const control = new Peer(t, `${server.url}/_trunkline/feed/control`);
  await control.next();
  control.say({ rate: 20, ping: 7.5 });
  assert.deepEqual(await control.next(), { ping: 7.5, time: 0 });
  control.say({ rate: "fast" });
  assert.equal((await control.closed).code, 1008);
});

test("a run that is not there is refused", async (t) => {
  const { server } = await startServer(t);
  const socket = new Peer(t, `${server.url}/_trunkline/feed/socket?run=none`);
  assert.equal((await socket.closed).code, 1006);
});

test("the sink counts and verifies messages, text and binary", async (t) => {
  const { server } = await startServer(t);
  const sink = new Peer(t, `${server.url}/_trunkline/benchmark/sink?verify=1`);
  await once(sink.socket, "open");
  sink.socket.send("abc");
  sink.socket.send(Buffer.from("abcdefghijklmnopqrstuvwxyzab"));
  sink.socket.send("abd");
  sink.say({ report: true });
  assert.deepEqual(await sink.next(), { messages: 3, bytes: 34, bad: 1 });
  sink.say({ report: true });
  assert.deepEqual(await sink.next(), { messages: 0, bytes: 0, bad: 0 });
});

test("the source sends what it is asked for, beyond the limit of the outgoing queue too", async (t) => {
  const { server } = await startServer(t);
  const source = new Peer(t, `${server.url}/_trunkline/benchmark/source`);
  await once(source.socket, "open");
  source.say({ count: 2, size: 5, binary: false });
  assert.equal(await source.next(), "abcde");
  assert.equal(await source.next(), "abcde");
  source.say({ count: 3, size: 12_000_000, binary: true });
  for (let index = 0; index < 3; index++) {
    const data = await source.next();
    assert.ok(data instanceof ArrayBuffer && data.byteLength === 12_000_000);
    assert.equal(Buffer.from(data).toString("latin1", 0, 3), "abc");
  }
  source.say({ count: -1, size: 1 });
  assert.equal((await source.closed).code, 1008);
});

test("the echo gives every message back", async (t) => {
  const { server } = await startServer(t);
  const echo = new Peer(t, `${server.url}/_trunkline/benchmark/echo`);
  await once(echo.socket, "open");
  echo.socket.send("abc");
  assert.equal(await echo.next(), "abc");
});

test("the events lesson echoes, closes and drops as it is told", async (t) => {
  const { server } = await startServer(t);
  const url = `${server.url}/_trunkline/lessons/events`;
  const first = new Peer(t, url);
  await once(first.socket, "open");
  first.socket.send("hello");
  assert.equal(await first.next(), "hello");
  first.socket.send("close");
  const { code, wasClean } = await first.closed;
  assert.deepEqual([code, wasClean], [4001, true]);
  const second = new Peer(t, url);
  await once(second.socket, "open");
  second.socket.send("drop");
  assert.equal((await second.closed).code, 1006);
});

test("the slow peer reads the next message when its rate allows, and not before", async (t) => {
  const { server, clock } = await startServer(t);
  const slow = new Peer(t, `${server.url}/_trunkline/lessons/slow?rate=1000`);
  await once(slow.socket, "open");
  slow.socket.send(new Uint8Array(2000));
  slow.socket.send(new Uint8Array(500));
  assert.deepEqual(await slow.next(), { read: 2000 });
  clock.advance(1999);
  assert.equal(clock.pending, 1);
  clock.advance(1);
  assert.deepEqual(await slow.next(), { read: 2500 });
});

test("the push lesson tells all pages once a second, and what one of them says", async (t) => {
  const { server, clock } = await startServer(t);
  const url = `${server.url}/_trunkline/lessons/push`;
  const [one, two] = [new Peer(t, url), new Peer(t, url)];
  await Promise.all([once(one.socket, "open"), once(two.socket, "open")]);
  clock.advance(1000);
  for (const peer of [one, two]) {
    assert.deepEqual(await peer.next(), { kind: "tick", time: 1000, pages: 2 });
  }
  two.socket.send("hello");
  for (const peer of [one, two]) {
    assert.deepEqual(await peer.next(), { kind: "word", time: 1000, pages: 2, text: "hello" });
  }
  one.socket.close();
  two.socket.close();
  await Promise.all([one.closed, two.closed]);
});

test("nothing is compressed where bytes are counted", async (t) => {
  const { server } = await startServer(t);
  const control = new Peer(t, `${server.url}/_trunkline/feed/control`);
  const { run } = await control.next();
  for (const path of [
    `feed/socket?run=${run}`,
    "benchmark/sink",
    "benchmark/source",
    "benchmark/echo",
    "lessons/slow",
  ]) {
    const { socket } = new Peer(t, `${server.url}/_trunkline/${path}`);
    await once(socket, "open");
    assert.equal(socket.extensions, "", path);
  }
});
