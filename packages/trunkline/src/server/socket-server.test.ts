import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, it, type TestContext } from "node:test";
import { deferred } from "../connection/deferred.ts";
import { cert, key } from "../testing/certificate.test.util.ts";
import { closePayload, frameFor } from "../testing/frames.test.util.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { AnyHandler, Routes } from "./handler.ts";
import { MemoryStream, makeRequest } from "./memory-stream.test.util.ts";
import { connect, handshakeHeaders, MemoryLog, type RawPeer } from "./raw-peer.test.util.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import type { SocketServerOptions } from "./settings.ts";
import { type AttachOptions, SocketServer } from "./socket-server.ts";

interface Mounted {
  readonly sockets: SocketServer;
  readonly http: Server;
  readonly log: MemoryLog;
  readonly clock: ManualClock;
  connect(): Promise<RawPeer>;
  open(path: string, headers?: Readonly<Record<string, string | undefined>>): Promise<RawPeer>;
}

const echo: AnyHandler = { message: (socket, data) => void socket.send(data) };

interface MountOptions extends Omit<SocketServerOptions, "routes"> {
  readonly http?: Server;
  readonly attach?: AttachOptions;
  readonly secure?: boolean;
}

/** A SocketServer on an HTTP server on a free port. */
async function mount(
  context: TestContext,
  routes: Routes,
  options: MountOptions = {},
): Promise<Mounted> {
  const { http = createServer(), attach, secure = false, ...rest } = options;
  const log = new MemoryLog();
  const clock = new ManualClock();
  const all: SocketServerOptions = { logger: log, clock, heartbeat: 0, ...rest, routes };
  const sockets = new SocketServer(all);
  sockets.attach(http, attach);
  const port = await listen(context, http);
  const run = (): Promise<RawPeer> => connect(context, port, { secure });
  return {
    sockets,
    http,
    log,
    clock,
    connect: run,
    async open(path, headers) {
      const peer = await run();
      await peer.open(path, headers);
      return peer;
    },
  };
}

async function listen(context: TestContext, http: Server): Promise<number> {
  const streams = new Set<Socket>();
  http.on("connection", (stream: Socket) => streams.add(stream));
  context.after(() => {
    for (const stream of streams) stream.destroy();
    http.close();
  });
  if (!http.listening) http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return (http.address() as AddressInfo).port; // it listens on TCP
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Waits until `isSo`; a test that waits in vain does not end. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe("a SocketServer", () => {
  it("echoes on an http server, with the frames that came with the request", async (context) => {
    const { connect: run, sockets } = await mount(context, { "/echo": echo });
    const peer = await run();
    peer.socket.cork();
    peer.ask("/echo");
    peer.text("early");
    peer.socket.uncork();
    assert.equal((await peer.head()).status, 101);
    assert.deepEqual(await peer.next(), { type: "text", data: "early" });
    assert.equal(sockets.sockets.size, 1);
    peer.close(1000);
    assert.equal((await peer.closed()).code, 1000);
    await peer.ended();
    await until(() => sockets.sockets.size === 0);
  });

  it("echoes on an https server", async (context) => {
    const seen: unknown[] = [];
    const { open } = await mount(
      context,
      { "/echo": { ...echo, open: (socket) => void seen.push(socket.request.url.href) } },
      { http: createHttpsServer({ key, cert }), secure: true },
    );
    const peer = await open("/echo");
    peer.text("over TLS");
    assert.deepEqual(await peer.next(), { type: "text", data: "over TLS" });
    assert.deepEqual(seen, ["wss://localhost/echo"]);
  });

  it("works on an upgrade listener of the user's own", async (context) => {
    const http = createServer();
    const sockets = new SocketServer({ routes: { "/echo": echo }, logger: {} });
    http.on("upgrade", (raw, socket, head) => sockets.handleUpgrade(raw, socket, head));
    const peer = await connect(context, await listen(context, http));
    await peer.open("/echo");
    peer.text("hi");
    assert.deepEqual(await peer.next(), { type: "text", data: "hi" });
  });

  it("takes off the timeout that the HTTP server set for requests", async (context) => {
    const http = createServer();
    http.setTimeout(60_000);
    const accepted = once(http, "connection") as Promise<[Socket]>;
    const { open } = await mount(context, { "/echo": echo }, { http });
    await open("/echo");
    const [stream] = await accepted;
    assert.equal(stream.timeout, 0);
  });

  it("works on any Duplex", async () => {
    const sockets = new SocketServer({ routes: { "/echo": echo }, logger: {} });
    const stream = new MemoryStream();
    const fields = Object.entries({ Host: "a", ...handshakeHeaders });
    sockets.handleUpgrade(makeRequest("/echo", fields), stream, new Uint8Array(0));
    await settle();
    assert.match(stream.text, /^HTTP\/1\.1 101 /);
    stream.destroy();
    await settle();
    assert.equal(sockets.sockets.size, 0);
  });

  it("publishes to every subscriber, also what a socket of another route sends", async (context) => {
    const joined = { open: (socket: ServerWebSocket) => socket.subscribe("news") };
    const { open, sockets } = await mount(context, { "/a": joined, "/b": joined });
    const peers = [await open("/a"), await open("/b")];
    assert.equal(sockets.publish("news", "hi"), 2);
    for (const peer of peers) assert.deepEqual(await peer.next(), { type: "text", data: "hi" });
    assert.equal(sockets.publish("other", "hi"), 0);
  });

  it("names an option that is not one, and says where a port belongs", () => {
    const make = (options: object): SocketServer =>
      new SocketServer(options as SocketServerOptions);
    assert.throws(() => make({ routes: {}, port: 9998 }), { message: /"port".*use serve\(\)/ });
    assert.throws(() => make({ routes: {}, maxPayload: 5 }), {
      message: /^"maxPayload" is not an option/,
    });
    assert.throws(() => make({}), { message: /^"routes" must be an object/ });
    assert.throws(() => make({ routes: {}, trustProxy: true }), {
      message: /^"trustProxy" is true/,
    });
    assert.throws(() => make({ routes: {}, origins: ["*"] }), { message: /^origins\[0\] is "\*"/ });
    assert.throws(() => make({ routes: { "/a": { mesage() {} } } }), {
      message: /^route "\/a": a handler has no "mesage"/,
    });
  });

  it("writes a line for each connection, in which nothing foreign can act", async () => {
    const log = new MemoryLog();
    const sockets = new SocketServer({ routes: { "/[...any]": echo }, logger: log });
    const ask = (path: string, head: Uint8Array): void => {
      const fields = Object.entries({ Host: "a", ...handshakeHeaders });
      sockets.handleUpgrade(makeRequest(path, fields), new MemoryStream(), head);
    };
    const payload = closePayload(4000, "\u202eyes\n");
    ask("/\u009b2J", frameFor("server", { opcode: "close", payload }));
    ask("/%zz\u0085", new Uint8Array(0));
    await sockets.close({ timeout: 0 });
    assert.deepEqual(log.lines, [
      "info open /\\u{9b}2J from ",
      "info refused /%zz\\u{85}: 404 No handler lives here.",
      'info close /\\u{9b}2J 4000 "\\u{202e}yes\\n"',
    ]);
  });
});

describe("a refusal", () => {
  const cases: readonly (readonly [
    string,
    string,
    Record<string, string | undefined>,
    string | undefined,
    number,
    RegExp,
  ])[] = [
    ["an unknown resource", "/nothing", {}, undefined, 404, /No handler lives here/],
    [
      "a foreign origin",
      "/echo",
      { Origin: "https://evil.example" },
      undefined,
      403,
      /origin is not allowed/,
    ],
    [
      "another version",
      "/echo",
      { "Sec-WebSocket-Version": "7" },
      undefined,
      426,
      /another version than 13/,
    ],
    [
      "no key",
      "/echo",
      { "Sec-WebSocket-Key": undefined },
      undefined,
      400,
      /Key header is missing/,
    ],
    ["a POST", "/echo", {}, "POST /echo HTTP/1.1", 400, /method is not GET/],
    ["HTTP/1.0", "/echo", {}, "GET /echo HTTP/1.0", 400, /not HTTP\/1\.1/],
    [
      "a target that is no path",
      "/echo",
      {},
      "GET ftp://a/echo HTTP/1.1",
      400,
      /target is not a path/,
    ],
    ["a Host that is none", "/echo", { Host: "a b" }, undefined, 400, /Host header is not a host/],
    [
      "a Host that no URL can have",
      "/echo",
      { Host: "256.256.256.256" },
      undefined,
      400,
      /Host header is not a host/,
    ],
    ["a body", "/echo", { "Content-Length": "3" }, undefined, 400, /has no body/],
  ];
  for (const [what, path, headers, line, status, body] of cases) {
    it(`of ${what} is ${status} with the reason`, async (context) => {
      const { connect: run, sockets, clock } = await mount(context, { "/echo": echo });
      const answer = await (await run()).refusal(path, headers, line);
      assert.equal(answer.status, status);
      assert.match(answer.body, body);
      assert.equal(answer.headers.get("sec-websocket-version"), status === 426 ? "13" : undefined);
      assert.equal(sockets.sockets.size, 0);
      await until(() => clock.pending === 0);
    });
  }

  it("of a HEAD has no body", async (context) => {
    const { connect: run } = await mount(context, { "/echo": echo });
    const answer = await (await run()).refusal("/echo", {}, "HEAD /echo HTTP/1.1");
    assert.equal(answer.status, 400);
    assert.equal(answer.body, "");
  });

  it("meets more headers than Node reads", async (context) => {
    const http = createServer();
    http.maxHeadersCount = 5;
    const { connect: run } = await mount(context, { "/echo": echo }, { http });
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`A-${index}`, "1"]));
    const peer = await run();
    const lines = Object.entries({ Host: "a", ...many, ...handshakeHeaders });
    peer.write(
      `GET /echo HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    // Node 20 cuts them off, and no Upgrade is left; later ones answer by themselves.
    assert.ok([404, 431].includes((await peer.head()).status));
  });

  it("reaches a client that sends on, without a reset before it is read", async (context) => {
    const { connect: run } = await mount(context, { "/echo": echo });
    const peer = await run();
    peer.ask("/nothing");
    peer.write(new Uint8Array(1_000_000));
    assert.equal((await peer.head()).status, 404);
  });

  it("is not given to a stream that is over already", async () => {
    const log = new MemoryLog();
    const sockets = new SocketServer({ routes: {}, logger: log });
    const stream = new MemoryStream();
    stream.destroy();
    sockets.handleUpgrade(makeRequest("/", []), stream, new Uint8Array(0));
    assert.deepEqual(log.lines, []);
  });
});

describe("upgrade", () => {
  const boom = new Error("boom");
  const mistakes: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["returns false", () => false, /upgrade\(\) must return undefined, .* not false/],
    ["resolves to a string", async () => "ok", /not "ok"/],
    [
      "throws",
      () => {
        throw boom;
      },
      /Error: boom\n +at /,
    ],
    ["rejects", () => Promise.reject(boom), /Error: boom\n +at /],
    [
      "throws nothing",
      () => {
        throw undefined;
      },
      /undefined/,
    ],
  ];
  for (const [what, upgrade, message] of mistakes) {
    it(`that ${what} is answered with 500, logged with path and stack, and never accepted`, async (context) => {
      const handler = { ...echo, upgrade } as AnyHandler;
      const { connect: run, log, sockets } = await mount(context, { "/room/[name]": handler });
      const answer = await (await run()).refusal("/room/a");
      assert.equal(answer.status, 500);
      assert.equal(answer.body.includes("boom"), false);
      assert.equal(log.at("error").length, 1);
      assert.match(log.at("error")[0], /^error upgrade of \/room\/a: /);
      assert.match(log.at("error")[0], message);
      assert.equal(sockets.sockets.size, 0);
    });
  }

  for (const [kind, upgrade] of [
    ["returned", () => new Response("no tea", { status: 418, headers: { "X-A": "1" } })],
    [
      "thrown",
      () => {
        throw new Response("no tea", { status: 418, headers: { "X-A": "1" } });
      },
    ],
  ] as const) {
    it(`refuses with a Response that is ${kind}`, async (context) => {
      const { connect: run, log } = await mount(context, { "/a": { ...echo, upgrade } });
      const answer = await (await run()).refusal("/a");
      assert.equal(answer.status, 418);
      assert.equal(answer.headers.get("x-a"), "1");
      assert.equal(answer.body, "no tea");
      assert.deepEqual(log.lines, ["info refused /a: 418 by its handler"]);
    });
  }

  it("drops the connection without an answer for Response.error()", async (context) => {
    const { connect: run, log } = await mount(context, {
      "/a": { ...echo, upgrade: () => Response.error() },
    });
    const peer = await run();
    peer.ask("/a");
    assert.equal(await peer.rest(), "");
    assert.deepEqual(log.lines, ["info dropped /a by its handler"]);
  });

  it("gives protocol, headers and data, and its request loses Node's own afterwards", async (context) => {
    const { connect: run, sockets } = await mount(context, {
      "/room/[name]": {
        upgrade(request) {
          assert.deepEqual(request.protocols, ["b", "a"]);
          return { protocol: "a", headers: { "X-Room": request.params.name }, data: { n: 1 } };
        },
        open: (socket) =>
          void socket.send(JSON.stringify([socket.protocol, socket.data, socket.params])),
      },
    });
    const peer = await run();
    const head = await peer.open("/room/caf%C3%A9?x=1", { "Sec-WebSocket-Protocol": "b, a" });
    assert.equal(head.headers.get("sec-websocket-protocol"), "a");
    assert.equal(head.headers.get("x-room"), "caf\u00e9");
    assert.deepEqual(await peer.next(), { type: "text", data: '["a",{"n":1},{"name":"café"}]' });
    const [socket] = sockets.sockets;
    assert.throws(() => socket.request.raw, /gone once the connection is open/);
    assert.equal(socket.request.url.search, "?x=1");
  });

  /** A handler whose `upgrade` waits until the test lets it. */
  function waiting(): {
    readonly handler: AnyHandler;
    readonly asked: Promise<AbortSignal>;
    let: () => void;
    readonly seen: unknown[];
  } {
    const asked = deferred<AbortSignal>();
    const gate = deferred();
    const seen: unknown[] = [];
    const handler: AnyHandler = {
      async upgrade({ signal }) {
        asked.resolve(signal);
        await gate.promise;
      },
      message: (_socket, data) => void seen.push(data.length),
      close: (_socket, { code }) => void seen.push(code),
    };
    return { handler, asked: asked.promise, let: gate.resolve, seen };
  }

  for (const [how, leave] of [
    ["ends the stream", (socket: Socket) => void socket.end()],
    ["resets it", (socket: Socket) => void socket.resetAndDestroy()],
  ] as const) {
    it(`learns by its signal that the client ${how}, and nobody is let in`, async (context) => {
      const { handler, asked, let: release } = waiting();
      const { connect: run, sockets, clock } = await mount(context, { "/a": handler });
      const peer = await run();
      peer.ask("/a");
      const signal = await asked;
      leave(peer.socket);
      await once(signal, "abort");
      assert.match(signal.reason.message, /client went/);
      release();
      await settle();
      assert.equal(sockets.sockets.size, 0);
      assert.equal(clock.pending, 0);
    });
  }

  it("loses nothing that comes meanwhile, and bounds it", async (context) => {
    const { handler, asked, let: release, seen } = waiting();
    const { connect: run, http } = await mount(context, { "/a": handler });
    const accepted = once(http, "connection") as Promise<[Socket]>;
    const peer = await run();
    const [stream] = await accepted;
    peer.ask("/a");
    await asked;
    const payload = new Uint8Array(10_000);
    for (let count = 0; count < 100; count++) peer.frame({ opcode: "binary", payload });
    peer.close(4000);
    peer.socket.end();
    await until(() => stream.readableLength > 50_000);
    await settle();
    assert.ok(
      stream.readableLength < 200_000,
      `${stream.readableLength} of a million bytes are held`,
    );
    release();
    await peer.ended();
    await until(() => seen.length === 101);
    assert.deepEqual(seen, [...Array(100).fill(10_000), 4000]);
  });

  it("that does not decide in time is answered with 503, and told so", async (context) => {
    const { handler, asked, let: release } = waiting();
    const {
      connect: run,
      clock,
      sockets,
    } = await mount(context, { "/a": handler }, { handshakeTimeout: 300 });
    const peer = await run();
    const refusal = peer.refusal("/a");
    const signal = await asked;
    clock.advance(299);
    assert.equal(signal.aborted, false);
    clock.advance(1);
    const { status, body } = await refusal;
    assert.equal(status, 503);
    assert.match(body, /did not decide in time/);
    assert.equal(signal.aborted, true);
    release();
    await settle();
    assert.equal(sockets.sockets.size, 0);
  });
});

describe("a handler that fails after the 101", () => {
  for (const [kind, fails] of [
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("boom");
      },
    ],
  ] as const) {
    it(`and ${kind} is logged with path and stack, and costs no other connection`, async (context) => {
      const { open, log } = await mount(context, { "/bad/[x]": { message: fails }, "/echo": echo });
      const other = await open("/echo");
      const bad = await open("/bad/1");
      bad.text("hi");
      assert.deepEqual(await bad.closed(), { code: 1011, reason: "" });
      assert.equal(log.at("error").length, 1);
      assert.match(log.at("error")[0], /^error handler of \/bad\/1: Error: boom\n +at /);
      other.text("still here");
      assert.deepEqual(await other.next(), { type: "text", data: "still here" });
    });
  }

  it("tells onError, with the socket", async (context) => {
    const taken = deferred<readonly unknown[]>();
    const { open, log } = await mount(
      context,
      {
        "/a": {
          open() {
            throw new Error("boom");
          },
        },
      },
      { onError: (error, socket) => taken.resolve([String(error), socket?.request.path]) },
    );
    await open("/a");
    assert.deepEqual(await taken.promise, ["Error: boom", "/a"]);
    assert.deepEqual(log.at("error"), []);
  });
});

describe("a peer", () => {
  it("that breaks the protocol is told which rule, and one line says so", async (context) => {
    const { open, log, sockets } = await mount(context, { "/echo": echo });
    const peer = await open("/echo");
    peer.frame({ opcode: "text", payload: "x", masked: false });
    assert.deepEqual(await peer.closed(), {
      code: 1002,
      reason: "a frame from a client must be masked",
    });
    peer.socket.end();
    await until(() => sockets.sockets.size === 0);
    assert.match(
      log.lines[1],
      /^info failed \/echo: a frame from a client must be masked \(RFC 6455, section 5\.1\)$/,
    );
  });

  it("that resets, or ends without a Close, is 1006", async (context) => {
    const codes: number[] = [];
    const { open } = await mount(context, {
      "/a": { close: (_socket, { code }) => void codes.push(code) },
    });
    (await open("/a")).socket.resetAndDestroy();
    (await open("/a")).socket.end();
    await until(() => codes.length === 2);
    assert.deepEqual(codes, [1006, 1006]);
  });

  it("that answers no Close is dropped after the timeout", async (context) => {
    const { open, sockets, clock } = await mount(
      context,
      { "/a": { open: (socket) => socket.close(1000) } },
      { closeTimeout: 500 },
    );
    const peer = await open("/a");
    assert.equal((await peer.closed()).code, 1000);
    clock.advance(500);
    await peer.ended();
    await until(() => sockets.sockets.size === 0);
    assert.equal(clock.pending, 0);
  });

  it("by the hundred leaves nothing behind", async (context) => {
    const { open, sockets, clock } = await mount(context, { "/echo": echo });
    for (let round = 0; round < 5; round++) {
      const peers = await Promise.all(Array.from({ length: 20 }, () => open("/echo")));
      assert.equal(sockets.sockets.size, 20);
      for (const [index, peer] of peers.entries()) {
        if (index % 3 === 0) peer.close(1000);
        else if (index % 3 === 1) peer.socket.end();
        else peer.socket.resetAndDestroy();
      }
      await until(() => sockets.sockets.size === 0);
    }
    assert.equal(clock.pending, 0);
  });
});

describe("attach", () => {
  /** As socket.io: an upgrade listener for its own path, which leaves others alone. */
  function other(http: Server, path: string): void {
    http.on("upgrade", (raw: IncomingMessage, socket: Duplex) => {
      if (raw.url === path) socket.end("HTTP/1.1 299 Theirs\r\n\r\n");
    });
  }

  for (const order of ["before", "after"] as const) {
    it(`leaves alone what another listener, registered ${order} ours, takes`, async (context) => {
      const http = createServer();
      if (order === "before") other(http, "/theirs");
      const { connect: run, open } = await mount(context, { "/echo": echo }, { http });
      if (order === "after") other(http, "/theirs");
      const peer = await run();
      peer.ask("/theirs");
      assert.equal((await peer.head()).status, 299);
      await open("/echo");
    });
  }

  it("refuses what no route takes when it is told to, whoever else listens", async (context) => {
    const http = createServer();
    other(http, "/theirs");
    const { connect: run } = await mount(
      context,
      { "/echo": echo },
      { http, attach: { unmatched: "refuse" } },
    );
    assert.equal((await (await run()).refusal("/nothing")).status, 404);
  });

  it("leaves alone what no route takes when it is told to, though nobody else listens", async (context) => {
    const {
      connect: run,
      http,
      log,
    } = await mount(context, { "/echo": echo }, { attach: { unmatched: "ignore" } });
    const upgraded = once(http, "upgrade") as Promise<[IncomingMessage, Duplex]>;
    (await run()).ask("/nothing");
    const [, socket] = await upgraded;
    await settle();
    assert.equal(socket.writable, true);
    assert.deepEqual(log.lines, []);
  });

  it("of two servers on one lets the one answer that has the route, and one refuse what none has", async (context) => {
    const { connect: run, open, http } = await mount(context, { "/one": echo });
    const second = new SocketServer({ routes: { "/two": echo, "/one": echo }, logger: {} });
    second.attach(http);
    const peers = [await open("/one"), await open("/two")];
    for (const peer of peers) {
      peer.text("hi");
      assert.deepEqual(await peer.next(), { type: "text", data: "hi" });
    }
    assert.equal((await (await run()).refusal("/three")).status, 404);
  });

  for (const unmatched of ["ignore", "refuse"] as const)
    it(`answers an offer of another protocol as a plain request, told to ${unmatched} what is unmatched or not`, async (context) => {
      const http = createServer((request, response) => response.end(`plain ${request.url}`));
      const { connect: run } = await mount(
        context,
        { "/echo": echo },
        { http, attach: { unmatched } },
      );
      const peer = await run();
      peer.write(
        "GET /page HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
      );
      const head = await peer.head();
      assert.equal(head.status, 200);
      assert.equal(head.headers.get("connection"), "close");
      assert.match(await peer.rest(), /plain \/page/);
    });

  it("lets an answer to another protocol's offer be longer than the stream holds at once", async (context) => {
    const part = "a".repeat(1_048_576);
    const http = createServer(async (_request, response) => {
      for (const _half of [1, 2]) {
        await pipeline(Readable.from([part, part]), response, { end: false });
      }
      response.end();
    });
    const { connect: run } = await mount(context, { "/echo": echo }, { http });
    const peer = await run();
    peer.write("GET /page HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    await peer.head();
    assert.ok((await peer.rest()).length >= 4 * part.length);
  });

  it("is said twice for one server only by mistake", () => {
    const sockets = new SocketServer({ routes: {}, logger: {} });
    const http = createServer();
    sockets.attach(http);
    assert.throws(
      () => sockets.attach(http),
      /^Error: attach was called for this HTTP server already$/,
    );
    assert.throws(() => sockets.attach(createServer(), { unmatched: "drop" as "ignore" }), {
      name: "TypeError",
      message: /"unmatched" must be "refuse" or "ignore", not "drop"/,
    });
    assert.throws(() => sockets.attach(createServer(), { path: "/" } as AttachOptions), {
      message: /^"path" is not an option of attach/,
    });
  });
});

describe("attach", () => {
  // An application of Express is a function with `on`, which never hears of an upgrade.
  const application = Object.assign(() => {}, { on: () => {}, off: () => {} });
  for (const [what, given, called] of [
    ["an application", application, "a function"],
    ["another object", {}, "an object"],
    ["nothing", undefined, "undefined"],
  ] as const) {
    it(`takes ${what} for a mistake`, () => {
      const sockets = new SocketServer({ routes: {}, logger: {} });
      assert.throws(() => sockets.attach(given as unknown as Server), {
        name: "TypeError",
        message: `attach takes an HTTP server, as createServer() and an application's listen() return one, not ${called}`,
      });
    });
  }
});

describe("setRoutes", () => {
  it("gives new connections the new routes, and open ones go on", async (context) => {
    const { open, sockets, connect: run } = await mount(context, { "/echo": echo, "/old": echo });
    const before = await open("/echo");
    sockets.setRoutes({ "/echo": { message: (socket) => void socket.send("new") } });
    const after = await open("/echo");
    for (const peer of [before, after]) peer.text("old");
    assert.deepEqual(await before.next(), { type: "text", data: "old" });
    assert.deepEqual(await after.next(), { type: "text", data: "new" });
    assert.equal((await (await run()).refusal("/old")).status, 404);
  });

  it("changes nothing when one of them is wrong, and names it", async (context) => {
    const { open, sockets } = await mount(context, { "/echo": echo });
    const wrong = { "/new": echo, "/bad": { mesage() {} } } as Routes;
    assert.throws(() => sockets.setRoutes(wrong), {
      name: "TypeError",
      message: /^route "\/bad": a handler has no "mesage"/,
    });
    assert.equal(sockets.hasRoute("/new"), false);
    await open("/echo");
  });
});

describe("trustProxy", () => {
  it("takes address, host and scheme from a proxy that is named", async (context) => {
    const seen: string[] = [];
    const handler: AnyHandler = {
      open: ({ remoteAddress, request }) => void seen.push(`${remoteAddress} ${request.url}`),
    };
    const { open } = await mount(context, { "/a": handler }, { trustProxy: "loopback" });
    await open("/a", {
      "X-Forwarded-For": "203.0.113.9",
      "X-Forwarded-Host": "example.com",
      "X-Forwarded-Proto": "https",
      Origin: "https://example.com",
    });
    assert.deepEqual(seen, ["203.0.113.9 wss://example.com/a"]);
  });

  it("believes nobody without it", async (context) => {
    const { connect: run } = await mount(context, { "/a": echo });
    const headers = { "X-Forwarded-Host": "evil.example", Origin: "https://evil.example" };
    assert.equal((await (await run()).refusal("/a", headers)).status, 403);
  });

  it("refuses what a proxy sent malformed", async (context) => {
    const { connect: run } = await mount(context, { "/a": echo }, { trustProxy: "loopback" });
    const { status, body } = await (await run()).refusal("/a", { Forwarded: 'for="' });
    assert.equal(status, 400);
    assert.match(body, /forwarded header is malformed/);
  });
});

describe("close", () => {
  it("closes every socket with 1001, waits for the answers, and leaves the HTTP server alone", async (context) => {
    const { open, sockets, http, clock } = await mount(context, { "/echo": echo });
    const peers = [await open("/echo"), await open("/echo")];
    let isDone = false;
    const done = sockets.close().then(() => {
      isDone = true;
    });
    for (const peer of peers) assert.deepEqual(await peer.closed(), { code: 1001, reason: "" });
    peers[0].close(1001);
    await peers[0].ended();
    await settle();
    assert.equal(isDone, false);
    peers[1].close(1001);
    await done;
    assert.equal(sockets.sockets.size, 0);
    assert.equal(http.listening, true);
    assert.equal(http.listenerCount("upgrade"), 0);
    assert.equal(clock.pending, 0);
  });

  it("drops those that do not answer, after its timeout", async (context) => {
    const { open, sockets, clock } = await mount(
      context,
      { "/echo": echo },
      { closeTimeout: 60_000 },
    );
    const peer = await open("/echo");
    const done = sockets.close({ timeout: 200 });
    await peer.closed();
    clock.advance(199);
    assert.equal(sockets.sockets.size, 1);
    clock.advance(1);
    await done;
    await peer.ended();
    assert.equal(sockets.sockets.size, 0);
    assert.equal(clock.pending, 0);
  });

  it("answers new handshakes with 503 meanwhile", async (context) => {
    const { open, connect: run, sockets } = await mount(context, { "/echo": echo });
    const peer = await open("/echo");
    const done = sockets.close();
    const { status, body } = await (await run()).refusal("/echo");
    assert.equal(status, 503);
    assert.match(body, /shutting down/);
    peer.close(1001);
    await done;
  });

  it("answers handshakes that wait for their upgrade with 503, and waits until that is taken", async (context) => {
    const asked = deferred<AbortSignal>();
    const {
      connect: run,
      sockets,
      clock,
    } = await mount(context, {
      "/a": {
        upgrade({ signal }) {
          asked.resolve(signal);
          return new Promise<undefined>(() => {});
        },
      },
    });
    const refusal = (await run()).refusal("/a");
    const signal = await asked.promise;
    const done = sockets.close();
    assert.equal((await refusal).status, 503);
    assert.equal(signal.aborted, true);
    await done;
    assert.equal(clock.pending, 0);
  });

  it("joins the close that runs already, also one from inside", async (context) => {
    const closes: Promise<void>[] = [];
    const { open, sockets } = await mount(context, {
      "/a": { close: () => void closes.push(sockets.close()) },
    });
    const peer = await open("/a");
    const first = sockets.close();
    assert.equal(sockets.close({ timeout: 1 }), first);
    await peer.closed();
    peer.close(1001);
    await first;
    assert.deepEqual(closes, [first]);
    assert.equal(sockets.close(), first);
  });

  it("works when nothing was open, and by await using", async () => {
    const sockets = new SocketServer({ routes: {}, logger: {} });
    await sockets.close();
    await new SocketServer({ routes: {}, logger: {} })[Symbol.asyncDispose]();
  });

  it("reads what paused sockets answer", async (context) => {
    const { open, sockets } = await mount(context, { "/a": { open: (socket) => socket.pause() } });
    const peer = await open("/a");
    const done = sockets.close();
    await peer.closed();
    peer.close(1001);
    await done;
  });

  it("names a wrong option", () => {
    const sockets = new SocketServer({ routes: {}, logger: {} });
    assert.throws(() => sockets.close({ timeout: -1 }), {
      message: /^"timeout" must be a number of milliseconds/,
    });
    assert.throws(() => sockets.close({ code: 1000 } as object), {
      message: /^"code" is not an option of close/,
    });
  });
});
