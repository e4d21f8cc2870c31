import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { beforeEach, describe, test } from "node:test";
import type { CloseEvent, WebSocketErrorEvent } from "../client/events.ts";
import { terminate, type WebSocket } from "../client/websocket.ts";
import type { Routes } from "../server/handler.ts";
import type { ServerWebSocket } from "../server/server-web-socket.ts";
import type { SocketServerOptions } from "../server/settings.ts";
import { SocketServer } from "../server/socket-server.ts";
import { type ConnectOptions, connectTo } from "./connect-to.ts";
import { ManualClock } from "./manual-clock.ts";

const echo = {
  message(socket: ServerWebSocket, data: string | Uint8Array): void {
    socket.send(data);
  },
};

let clock = new ManualClock();
beforeEach(() => {
  clock = new ManualClock();
});

function serverOf(
  routes: Routes,
  options: Partial<SocketServerOptions> = {},
): { readonly server: SocketServer; readonly log: string[] } {
  const log: string[] = [];
  const logger = {
    info: (line: string) => log.push(line),
    error: (line: string) => log.push(line),
  };
  return { server: new SocketServer({ logger, clock, ...options, routes }), log };
}

/** Everything that a socket says, a line each. */
function record(socket: WebSocket): string[] {
  const said: string[] = [];
  socket.onopen = () => said.push("open");
  socket.onmessage = ({ data }) => said.push(String(data));
  socket.onerror = ({ message }: WebSocketErrorEvent) => said.push(`error: ${message}`);
  socket.onclose = ({ code, wasClean }: CloseEvent) =>
    said.push(`close ${code}${wasClean ? "" : ", not clean"}`);
  return said;
}

function connect(target: SocketServer, path: string, options: ConnectOptions = {}): WebSocket {
  return connectTo(target, path, { clock, ...options });
}

describe("a client on a wire in memory", () => {
  for (const [how, options] of [
    ["", {}],
    [", byte by byte", { chunkSize: 1 }],
    [", over a wire that holds three bytes", { capacity: 3 }],
  ] as const) {
    test(`hears its echo${how}`, async () => {
      const { server } = serverOf({ "/echo": echo });
      const socket = connect(server, "/echo", options);
      const said = record(socket);
      socket.binaryType = "arraybuffer";
      await once(socket, "open");
      assert.equal(socket.url, "ws://localhost/echo");
      const long = "é".repeat(1000);
      socket.send("hello");
      socket.send(long);
      await clock.pass(0);
      socket.send(Uint8Array.of(1, 2, 3));
      const [event] = await once(socket, "message");
      assert.deepEqual(new Uint8Array(event.data), Uint8Array.of(1, 2, 3));
      socket.close(4000, "enough");
      await once(socket, "close");
      assert.deepEqual(said, ["open", "hello", long, "[object ArrayBuffer]", "close 4000"]);
      assert.equal(server.sockets.size, 0);
    });
  }

  test("has a conversation", async () => {
    const { server } = serverOf({
      "/greeting/[language]": async (socket) => {
        socket.send("Who is there?");
        for await (const name of socket) {
          socket.send(`${socket.params.language === "fr" ? "Bonjour" : "Hello"}, ${name}.`);
          return;
        }
      },
    });
    const socket = connect(server, "/greeting/fr");
    const said = record(socket);
    await once(socket, "message");
    socket.send("Ada");
    await once(socket, "close");
    assert.deepEqual(said, ["open", "Who is there?", "Bonjour, Ada.", "close 1000"]);
  });

  test("is seen with its subprotocols, headers and address, and no origin", async () => {
    const seen: unknown[] = [];
    const { server } = serverOf({
      "/chat": {
        protocols: ["v2", "v1"],
        upgrade({ headers, origin, remoteAddress, url }) {
          seen.push(headers.get("authorization"), origin, remoteAddress, url.href);
        },
      },
    });
    const socket = connect(server, "/chat?room=1", {
      protocols: ["v1", "v2"],
      headers: { Authorization: "Bearer x" },
    });
    await once(socket, "open");
    assert.equal(socket.protocol, "v2");
    assert.deepEqual(seen, ["Bearer x", undefined, "127.0.0.1", "ws://localhost/chat?room=1"]);
    terminate(socket);
    await once(socket, "close");
  });

  test("shares topics with the others", async () => {
    const { server } = serverOf({
      "/room": {
        open: (socket) => socket.subscribe("room"),
        message: (socket, data) => socket.publish("room", data),
      },
    });
    const sockets = [connect(server, "/room"), connect(server, "/room", { chunkSize: 2 })];
    const said = sockets.map(record);
    await clock.pass(0);
    sockets[0]?.send("hello");
    await clock.pass(0);
    assert.equal(server.publish("room", "all of you"), 2);
    await clock.pass(0);
    assert.deepEqual(said, [
      ["open", "all of you"],
      ["open", "hello", "all of you"],
    ]);
    await server.close();
    await clock.pass(0);
    assert.deepEqual(
      said.map((lines) => lines.at(-1)),
      ["close 1001", "close 1001"],
    );
  });

  test("slows the server down when it does not read", async () => {
    const results: boolean[] = [];
    const { server } = serverOf(
      {
        "/feed": async (socket) => {
          for (let count = 0; count < 4; count++) {
            results.push(socket.send("x".repeat(1000)));
            if (!results.at(-1)) await socket.drained();
          }
        },
      },
      { highWaterMark: 500 },
    );
    const stalled = connect(server, "/feed", {
      capacity: 100,
      faults: [{ after: 0, fault: "stall" }],
    });
    await clock.pass(0);
    assert.deepEqual(results, [false]);
    terminate(stalled);
    await once(stalled, "close");
    const socket = connect(server, "/feed", { capacity: 100 });
    const said = record(socket);
    await once(socket, "close");
    assert.deepEqual(said, ["open", ...new Array(4).fill("x".repeat(1000)), "close 1000"]);
  });
});

describe("a refused client hears", () => {
  const routes: Routes = {
    "/own": echo,
    "/broken": {
      upgrade() {
        throw new Error("boom");
      },
    },
    "/private": { upgrade: () => new Response("Who are you?", { status: 401 }) },
  };
  const cases: readonly (readonly [string, string, ConnectOptions])[] = [
    ["404 Not Found", "/nowhere", {}],
    ["403 Forbidden", "/own", { headers: { Origin: "https://elsewhere.example" } }],
    ["500 Internal Server Error", "/broken", {}],
    ["401 Unauthorized", "/private", { chunkSize: 1 }],
  ];
  for (const [status, path, options] of cases) {
    test(`${status} at ${path}`, async () => {
      const { server } = serverOf(routes);
      const socket = connect(server, path, options);
      const said = record(socket);
      await once(socket, "close");
      assert.deepEqual(said, [
        `error: Could not connect to ws://localhost${path}: the server answered ${status}`,
        "close 1006, not clean",
      ]);
      await clock.pass(0);
      assert.equal(clock.pending, 0);
    });
  }

  test("nothing of it when the origin is the server's own", async () => {
    const { server } = serverOf(routes);
    const socket = connect(server, "/own", { headers: { Origin: "http://localhost" } });
    await once(socket, "open");
    terminate(socket);
    await once(socket, "close");
  });

  test("503 when the server has closed", async () => {
    const { server } = serverOf(routes);
    await server.close();
    const [{ message }] = await once(connect(server, "/own"), "error");
    assert.match(message, /the server answered 503/);
  });
});

describe("with a clock moved by hand", () => {
  test("an hour of heartbeats passes, and each is answered", async () => {
    const { server } = serverOf({ "/echo": echo });
    const socket = connect(server, "/echo");
    await clock.pass(3_600_000);
    assert.equal(socket.readyState, socket.OPEN);
    assert.equal(server.sockets.size, 1);
    await server.close();
  });

  test("a client that vanishes is gone after a ping without an answer", async () => {
    const { server, log } = serverOf({ "/echo": echo }, { heartbeat: 1000 });
    const socket = connect(server, "/echo", {
      heartbeat: 0,
      peerFaults: [{ after: 0, fault: "stall" }],
    });
    await clock.pass(1999);
    assert.equal(server.sockets.size, 1);
    await clock.pass(1);
    assert.equal(server.sockets.size, 0);
    assert.deepEqual(log.slice(1), ["failed /echo: the peer answered no ping", "close /echo 1006"]);
    assert.equal(socket.readyState, socket.CLOSED);
  });

  test("a server that vanishes is noticed by the client", async () => {
    const { server } = serverOf({ "/echo": echo }, { heartbeat: 0 });
    const socket = connect(server, "/echo", {
      heartbeat: 1000,
      faults: [{ after: 0, fault: "stall" }],
    });
    const said = record(socket);
    await clock.pass(1999);
    assert.deepEqual(said, ["open"]);
    await clock.pass(1);
    assert.deepEqual(said, ["open", "error: the peer answered no ping", "close 1006, not clean"]);
  });

  test("a Close that nobody answers ends after five seconds", async () => {
    const { server } = serverOf({ "/echo": echo });
    const socket = connect(server, "/echo", { peerFaults: [{ after: 0, fault: "stall" }] });
    const said = record(socket);
    await once(socket, "open");
    socket.close();
    await clock.pass(4999);
    assert.deepEqual(said, ["open"]);
    await clock.pass(1);
    assert.match(said.at(-1) ?? "", /^close 1006/);
  });

  test("an upgrade that is not decided runs into the client's deadline", async () => {
    const { server } = serverOf({ "/slow": { upgrade: () => new Promise<undefined>(() => {}) } });
    const socket = connect(server, "/slow", { handshakeTimeout: 3000 });
    const said = record(socket);
    await clock.pass(2999);
    assert.deepEqual(said, []);
    await clock.pass(1);
    assert.match(said[0] ?? "", /not open within 3000 ms/);
  });
});

describe("a fault on the wire", () => {
  /** The server sends a text of ten bytes in a frame of twelve when it opens. */
  const tenBytes: Routes = { "/": { open: (socket) => socket.send("ten bytes.") } };

  test("counts from where the handshake ends", async () => {
    for (const [after, expected] of [
      [11, []],
      [12, ["ten bytes."]],
    ] as const) {
      const { server } = serverOf(tenBytes);
      const socket = connect(server, "/", { faults: [{ after, fault: "reset" }] });
      const said = record(socket);
      await once(socket, "close");
      assert.deepEqual(said, ["open", ...expected, "close 1006, not clean"]);
    }
  });

  test("reset in the middle of a message to the server is known on both sides", async () => {
    const messages: unknown[] = [];
    const { server, log } = serverOf({ "/": { message: (_, data) => messages.push(data) } });
    const socket = connect(server, "/", { peerFaults: [{ after: 100, fault: "reset" }] });
    const said = record(socket);
    await once(socket, "open");
    socket.send("whole");
    socket.send("x".repeat(1000));
    await once(socket, "close");
    await clock.pass(0);
    assert.deepEqual(messages, ["whole"]);
    assert.deepEqual(said, ["open", "close 1006, not clean"]);
    assert.deepEqual(log.slice(1), ["failed /: read ECONNRESET", "close / 1006"]);
  });

  test("end in the middle of a message is a connection lost", async () => {
    const { server } = serverOf(tenBytes);
    const socket = connect(server, "/", { faults: [{ after: 5, fault: "end" }] });
    const said = record(socket);
    await once(socket, "close");
    assert.deepEqual(said, ["open", "close 1006, not clean"]);
  });
});

describe("what it connects to may be", () => {
  test("one handler, which shares the client's clock", async () => {
    const socket = connectTo(
      {
        upgrade: ({ url }) => ({ data: url.searchParams.get("name") }),
        message(socket, data) {
          socket.send(`${data}, ${socket.data}`);
        },
      },
      "/any/path?name=Ada",
      { clock },
    );
    const said = record(socket);
    await once(socket, "open");
    assert.equal(clock.pending, 1, "the deadlines of both ends share a timer");
    socket.send("Hello");
    await clock.pass(60_000);
    assert.deepEqual(said, ["open", "Hello, Ada"]);
    terminate(socket);
    await clock.pass(0);
  });

  test("one conversation", async () => {
    const socket = connectTo(async (socket) => socket.send("hello"));
    const said = record(socket);
    await once(socket, "close");
    assert.deepEqual(said, ["open", "hello", "close 1000"]);
  });

  test("an HTTP server that does not listen, with all who take its upgrades", async () => {
    const http = createServer();
    const { server } = serverOf({ "/echo": echo });
    server.attach(http, { unmatched: "ignore" });
    http.on("upgrade", ({ url }, stream) => {
      if (url === "/theirs") stream.end("HTTP/1.1 418 I'm a Teapot\r\nContent-Length: 0\r\n\r\n");
    });
    const ours = connectTo(http, "/echo", { clock });
    await once(ours, "open");
    const [{ message }] = await once(connectTo(http, "/theirs", { clock }), "error");
    assert.match(message, /the server answered 418/);
    await server.close();
  });
});

describe("a mistake is named at the call:", () => {
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      "a path without its slash",
      () => connectTo(echo, "echo"),
      /^connectTo needs a path that begins with "\/", not "echo"$/,
    ],
    [
      "an option that does not exist",
      () => connectTo(echo, "/", { chunk: 1 } as ConnectOptions),
      /^WebSocket has no option "chunk"/,
    ],
    [
      "a fault that does not exist",
      () => connectTo(echo, "/", { faults: [{ after: 1, fault: "rest" as "reset" }] }),
      /^a fault is "reset", "end" or "stall", not "rest"$/,
    ],
    ["a handler that is none", () => connectTo({} as Routes[string]), /a handler needs at least/],
  ];
  for (const [what, call, message] of cases) {
    test(what, () => assert.throws(call, { name: "TypeError", message }));
  }
});

test("nothing is left when it is over, and nothing keeps the process alive before", async () => {
  const before = handles();
  const { server } = serverOf({ "/echo": echo });
  const socket = connect(server, "/echo");
  const forgotten = connect(server, "/echo");
  await once(forgotten, "open");
  assert.deepEqual(handles(), before);
  terminate(socket);
  await server.close();
  await clock.pass(0);
  assert.equal(clock.pending, 0);
  assert.equal(forgotten.readyState, forgotten.CLOSED);
});

/** What keeps the process alive besides work that is due now. */
function handles(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => !/Immediate|Tick/.test(name));
}
