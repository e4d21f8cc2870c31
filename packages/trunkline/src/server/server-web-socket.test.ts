import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { CloseInfo, ConnectionError } from "../connection/connection.ts";
import { deferred } from "../connection/deferred.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { type ReadEvent, Reader } from "../protocol/reader.ts";
import { closePayload, type FrameParts, frameFor } from "../testing/frames.test.util.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import {
  type MemoryPairOptions,
  type MemoryTransport,
  memoryPair,
} from "../testing/memory-pair.ts";
import { type AnyHandler, compileHandler } from "./handler.ts";
import { makeRequest } from "./memory-stream.test.util.ts";
import { ServerSocket } from "./server-web-socket.ts";
import { readSettings, type SocketServerOptions } from "./settings.ts";
import { Topics } from "./topics.ts";
import { NodeRequest, UpgradeRequest } from "./upgrade-request.ts";

/** The client's end of a wire in memory. */
class Peer {
  readonly transport: MemoryTransport;
  readonly events: ReadEvent[] = [];
  readonly #reader = new Reader({
    role: "client",
    maxMessageSize: Number.POSITIVE_INFINITY,
    runtime: nodeRuntime,
  });
  isOver = false;

  constructor(transport: MemoryTransport) {
    this.transport = transport;
    transport.start({
      onData: (bytes) => this.#read(bytes),
      onEnd: () => transport.end(),
      onDrain: () => {},
      onClose: () => {
        this.isOver = true;
      },
    });
  }

  #read(bytes: Uint8Array): void {
    this.#reader.feed(bytes);
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
      this.events.push(event);
    }
    this.#reader.keep();
  }

  frame(parts: FrameParts): void {
    this.transport.write(frameFor("server", parts));
  }

  text(payload: string): void {
    this.frame({ opcode: "text", payload });
  }

  close(code: number, reason = ""): void {
    this.frame({ opcode: "close", payload: closePayload(code, reason) });
  }

  /** The texts that came, and the closes as `1000 reason`. */
  get said(): string[] {
    return this.events.map((event) => {
      if (event.type === "text") return event.data;
      if (event.type === "close") return `${event.close.code} ${event.close.reason}`.trim();
      return event.type;
    });
  }
}

class Host {
  readonly topics = new Topics();
  readonly uncaughtErrors: unknown[] = [];
  readonly failures: ConnectionError[] = [];
  readonly closes: CloseInfo[] = [];
  uncaught(error: unknown): void {
    this.uncaughtErrors.push(error);
  }
  failed(error: ConnectionError): void {
    this.failures.push(error);
  }
  closed(_socket: ServerSocket, info: CloseInfo): void {
    this.closes.push(info);
  }
}

interface Opened {
  readonly socket: ServerSocket;
  readonly peer: Peer;
  readonly host: Host;
  readonly clock: ManualClock;
}

interface OpenOptions extends Omit<SocketServerOptions, "routes" | "clock"> {
  readonly data?: unknown;
  readonly wire?: MemoryPairOptions;
  readonly host?: Host;
}

function open(
  given: AnyHandler | ((socket: ServerSocket) => unknown),
  { data, wire, host = new Host(), ...options }: OpenOptions = {},
): Opened {
  const clock = new ManualClock();
  const [ours, theirs] = memoryPair(wire);
  const { connection } = readSettings({ routes: {}, heartbeat: 0, ...options, clock });
  const request = new UpgradeRequest(
    new NodeRequest(makeRequest("/room/a", [])),
    {
      path: "/room/a",
      query: "",
      host: "localhost",
      secure: false,
      remoteAddress: "192.0.2.1",
    },
    { name: "a" },
    [],
  );
  const opened = { request, protocol: "chat", extensions: "", data };
  const socket = new ServerSocket(host, compileHandler(given), opened, ours, connection);
  const peer = new Peer(theirs);
  socket.start(new Uint8Array(0));
  return { socket, peer, host, clock };
}

/** What is under way on the wire arrives. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a server's socket", () => {
  it("has what the handshake found", async () => {
    const { socket, peer } = open({ open() {} }, { data: { user: 1 } });
    assert.deepEqual(socket.data, { user: 1 });
    assert.deepEqual(socket.params, { name: "a" });
    assert.equal(socket.request.path, "/room/a");
    assert.equal(socket.protocol, "chat");
    assert.equal(socket.extensions, "");
    assert.equal(socket.remoteAddress, "192.0.2.1");
    assert.equal(socket.readyState, 1);
    assert.equal(socket.bufferedAmount, 0);
    peer.transport.destroy();
    await socket.closed;
  });

  it("calls open, message and close with the socket, and this as the handler", async () => {
    const calls: unknown[] = [];
    const handler = {
      name: "it",
      open(this: { name: string }, socket: unknown) {
        calls.push("open", this.name, socket);
      },
      message(this: { name: string }, _socket: unknown, data: unknown) {
        calls.push(this.name, data);
      },
      close(this: { name: string }, _socket: unknown, info: unknown) {
        calls.push(this.name, info);
      },
    };
    // `name` is no hook: it stands on the prototype, where a handler of a class would have it.
    const { socket, peer } = open(
      Object.assign(Object.create({ name: "it" }), {
        open: handler.open,
        message: handler.message,
        close: handler.close,
      }),
    );
    peer.text("hé");
    peer.frame({ opcode: "binary", payload: Uint8Array.of(1, 2) });
    peer.close(4000, "done");
    await socket.closed;
    assert.deepEqual(calls, [
      "open",
      "it",
      socket,
      "it",
      "hé",
      "it",
      Uint8Array.of(1, 2),
      "it",
      { code: 4000, reason: "done", wasClean: true },
    ]);
    assert.deepEqual(peer.said, ["4000 done"]);
  });

  it("settles closed and aborts its signal, asked for before or after", async () => {
    const { socket, peer } = open({ open() {} });
    const { closed, signal } = socket;
    peer.transport.reset();
    assert.deepEqual(await closed, { code: 1006, reason: "", wasClean: false });
    assert.equal(signal.aborted, true);
    assert.deepEqual(await socket.closed, await closed);
    const late = open({ open() {} });
    late.peer.transport.destroy();
    await settle();
    assert.equal(late.socket.signal.aborted, true);
    assert.equal((await late.socket.closed).code, 1006);
    assert.equal(late.socket.readyState, 3);
  });

  it("sends strings, views and buffers, and refuses the rest at the call", async () => {
    const { socket, peer } = open({ open() {} });
    assert.equal(socket.send("text"), true);
    socket.send(Uint8Array.of(1));
    socket.send(Uint8Array.of(2).buffer);
    const wrong = 5 as unknown as string; // as from plain JavaScript
    assert.throws(() => socket.send(wrong), TypeError);
    assert.throws(() => socket.ping(wrong), TypeError);
    await settle();
    assert.deepEqual(peer.events, [
      { type: "text", data: "text" },
      { type: "binary", data: Uint8Array.of(1) },
      { type: "binary", data: Uint8Array.of(2) },
    ]);
    peer.transport.destroy();
  });

  it("takes the bytes of a small message as they are at the call", async () => {
    const { socket, peer } = open({ open() {} });
    const bytes = Uint8Array.of(1, 2, 3);
    socket.send(bytes);
    bytes.fill(9);
    await settle();
    assert.deepEqual(peer.events, [{ type: "binary", data: Uint8Array.of(1, 2, 3) }]);
    peer.transport.destroy();
  });

  it("discards what is sent on a closing and on a closed socket, without throwing", async () => {
    const { socket, peer } = open({ open() {} });
    socket.close(1000);
    assert.equal(socket.readyState, 2);
    assert.equal(socket.send("late"), false);
    socket.ping("late");
    socket.close(1001);
    peer.close(1000);
    await socket.closed;
    assert.equal(socket.send("later"), false);
    socket.ping();
    socket.close(1000);
    socket.terminate();
    socket.pause();
    socket.resume();
    assert.deepEqual(peer.said, ["1000"]);
  });

  it("sends pings with their data", async () => {
    const { socket, peer } = open({ open() {} });
    socket.ping();
    socket.ping("a");
    assert.throws(() => socket.ping("x".repeat(126)), RangeError);
    await settle();
    assert.deepEqual(peer.events, [
      { type: "ping", data: new Uint8Array(0) },
      { type: "ping", data: Uint8Array.of(97) },
    ]);
    peer.transport.destroy();
  });

  it("terminates without a Close", async () => {
    const { socket, peer } = open({ open() {} });
    socket.terminate();
    assert.deepEqual(await socket.closed, { code: 1006, reason: "", wasClean: false });
    assert.deepEqual(peer.events, []);
  });
});

describe("close", () => {
  const refused: readonly (readonly [number | undefined, string | undefined, string, RegExp])[] = [
    [0, undefined, "RangeError", /^0 is not a close code that may be sent: use 1000 to 1003/],
    [1004, undefined, "RangeError", /^1004/],
    [1005, undefined, "RangeError", /^1005/],
    [1006, undefined, "RangeError", /^1006/],
    [1015, undefined, "RangeError", /^1015/],
    [2999, undefined, "RangeError", /^2999/],
    [5000, undefined, "RangeError", /^5000/],
    [1000.5, undefined, "RangeError", /^1000.5/],
    [1000, "é".repeat(62), "RangeError", /at most 123 bytes of UTF-8, not 124/],
    [undefined, "why", "TypeError", /a close reason needs a code/],
  ];
  for (const [code, reason, name, message] of refused) {
    it(`refuses ${code} with a reason of ${reason?.length ?? 0} characters, and stays open`, async () => {
      const { socket, peer } = open({ open() {} });
      assert.throws(() => socket.close(code, reason), { name, message });
      assert.equal(socket.readyState, 1);
      peer.transport.destroy();
      await socket.closed;
    });
  }

  it("sends code and reason, and reports those of the peer", async () => {
    const { socket, peer, clock } = open({ open() {} });
    socket.close(4999, "é".repeat(61));
    await settle();
    assert.deepEqual(peer.said, [`4999 ${"é".repeat(61)}`]);
    peer.close(3000, "bye");
    assert.deepEqual(await socket.closed, { code: 3000, reason: "bye", wasClean: true });
    assert.equal(clock.pending, 0);
  });

  it("sends no code without one", async () => {
    const { socket, peer } = open({ open() {} });
    socket.close();
    await settle();
    assert.deepEqual(peer.said, ["1005"]);
    peer.transport.destroy();
    await socket.closed;
  });

  it("ends a peer that never answers, after the timeout, with 1006", async () => {
    const { socket, clock } = open({ open() {} }, { closeTimeout: 700 });
    socket.close(1000);
    await settle();
    clock.advance(699);
    assert.equal(socket.readyState, 2);
    clock.advance(1);
    assert.deepEqual(await socket.closed, { code: 1006, reason: "", wasClean: false });
    assert.equal(clock.pending, 0);
  });
});

describe("a handler's error", () => {
  const boom = new Error("boom");
  const throwing = (): never => {
    throw boom;
  };
  const rejecting = async (): Promise<never> => {
    throw boom;
  };
  for (const [kind, fails] of [
    ["throws", throwing],
    ["rejects", rejecting],
  ] as const) {
    for (const name of ["open", "message", "conversation"] as const) {
      it(`closes its connection with 1011 when ${name} ${kind}, and is reported once`, async () => {
        const { socket, peer, host } = open({ [name]: fails } as AnyHandler);
        peer.text("hi");
        await settle();
        assert.deepEqual(peer.said, ["1011"]);
        assert.deepEqual(host.uncaughtErrors, [boom]);
        peer.close(1011);
        assert.equal((await socket.closed).wasClean, true);
      });
    }

    it(`is reported when close ${kind}`, async () => {
      const { socket, peer, host } = open({ close: fails });
      peer.close(1000);
      await socket.closed;
      await settle();
      assert.deepEqual(host.uncaughtErrors, [boom]);
    });

    it(`closes its connection with 1011 when drain ${kind}`, async () => {
      const { socket, peer, host } = open(
        { drain: fails },
        { wire: { capacity: 1000 }, highWaterMark: 100 },
      );
      assert.equal(socket.send("x".repeat(5000)), false);
      await settle();
      assert.deepEqual(host.uncaughtErrors, [boom]);
      assert.equal(peer.said.at(-1), "1011");
      peer.transport.destroy();
    });

    it(`closes its connection with 1011 when dropped ${kind}`, async () => {
      const { socket, peer, host } = open(
        { dropped: fails },
        {
          wire: { capacity: 100 },
          highWaterMark: 100,
          limits: { outgoing: 1000 },
          overflow: "drop-newest",
        },
      );
      peer.transport.pause();
      for (let count = 0; count < 5; count++) socket.send("x".repeat(400));
      await settle();
      assert.equal(host.uncaughtErrors[0], boom);
      peer.transport.resume();
      await settle();
      assert.equal(peer.said.at(-1), "1011");
      peer.transport.destroy();
    });
  }

  it("is none when it is the end of what was tied to the socket's signal", async () => {
    const { socket, peer, host } = open({
      // Never due: the signal ends it first.
      open: ({ signal }) => setTimeout(2 ** 30, undefined, { signal }),
      conversation: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    });
    peer.close(1000);
    await socket.closed;
    await settle();
    assert.deepEqual(host.uncaughtErrors, []);
  });

  it("in one message does not lose what was sent before it", async () => {
    const { peer, host } = open({
      message(socket, data) {
        socket.send(data);
        if (data === "bad") throw boom;
      },
    });
    for (const text of ["good", "bad", "late"]) peer.text(text);
    await settle();
    assert.deepEqual(peer.said, ["good", "bad", "1011"]);
    assert.deepEqual(host.uncaughtErrors, [boom]);
    peer.transport.destroy();
  });
});

describe("what is queued", () => {
  /** A peer that reads nothing, on a wire that holds 1,000 bytes. */
  function openSlow(handler: AnyHandler, options: OpenOptions = {}): Opened {
    const opened = open(handler, { wire: { capacity: 1000 }, highWaterMark: 2000, ...options });
    opened.peer.transport.pause();
    return opened;
  }

  it("makes send return false above the mark; drain and drained tell when it has left", async () => {
    let drains = 0;
    const { socket, peer } = openSlow({ drain: () => void drains++ });
    assert.equal(socket.send("x".repeat(1500)), true);
    assert.equal(socket.send("x".repeat(2500)), false);
    assert.equal(socket.bufferedAmount > 2000, true);
    const drained = socket.drained();
    await settle();
    assert.equal(drains, 0);
    peer.transport.resume();
    await drained;
    assert.equal(drains, 1);
    assert.equal(socket.bufferedAmount, 0);
    assert.deepEqual(
      peer.said.map((text) => text.length),
      [1500, 2500],
    );
    await socket.drained();
    peer.transport.destroy();
  });

  it("calls no drain hook where send returned true", async () => {
    let drains = 0;
    const { socket, peer } = openSlow({ drain: () => void drains++ });
    assert.equal(socket.send("x".repeat(1500)), true);
    const drained = socket.drained();
    peer.transport.resume();
    await drained;
    assert.equal(drains, 0);
    peer.transport.destroy();
  });

  it("calls no drain hook once the socket is closing", async () => {
    let drains = 0;
    const { socket, peer } = openSlow({ drain: () => void drains++ });
    assert.equal(socket.send("x".repeat(5000)), false);
    socket.close(1000);
    peer.transport.resume();
    await settle();
    assert.equal(socket.bufferedAmount, 0);
    assert.equal(drains, 0);
    peer.transport.destroy();
  });

  it("settles drained when the connection closes", async () => {
    const { socket, peer } = openSlow({ open() {} });
    socket.send("x".repeat(5000));
    const drained = socket.drained();
    peer.transport.destroy();
    await drained;
    await socket.drained();
  });

  it("settles drained of a closing socket when it has closed, though nothing is queued", async () => {
    const { socket, peer } = open({ open() {} });
    socket.close(1000);
    let isSettled = false;
    const drained = socket.drained().then(() => {
      isSettled = true;
    });
    await settle();
    assert.deepEqual([socket.bufferedAmount, isSettled], [0, false]);
    peer.close(1000);
    await drained;
    assert.equal(socket.readyState, 3);
  });

  it("lets the others run when a loop overlooks that its socket has closed", async () => {
    const { socket, peer } = open({ open() {} });
    peer.transport.destroy();
    await socket.closed;
    let rounds = 0;
    let isOver = false;
    const loop = (async () => {
      while (!isOver && rounds < 10_000) {
        rounds++;
        if (!socket.send("x")) await socket.drained();
      }
    })();
    await settle();
    isOver = true;
    await loop;
    assert.ok(rounds < 10_000, `${rounds} rounds before anybody else had a turn`);
  });

  const limited = { limits: { outgoing: 3000 } };
  const sendAll = (socket: ServerSocket): void => {
    for (const name of "abcdef") socket.send(name.repeat(1000));
  };
  const names = (peer: Peer): string => peer.said.map((text) => text[0]).join("");

  it("closes with 1013 beyond the limit", async () => {
    const { socket, peer, host } = openSlow({ open() {} }, limited);
    sendAll(socket);
    assert.equal(socket.readyState, 2);
    assert.match(host.failures[0].message, /outgoing queue exceeded 3000 bytes/);
    peer.transport.resume();
    await settle();
    assert.match(peer.said.at(-1) ?? "", /^1013 /);
    peer.transport.destroy();
  });

  it("drops the newest beyond the limit, and tells how many", async () => {
    const counts: number[] = [];
    const { socket, peer } = openSlow(
      { dropped: (_socket, count) => void counts.push(count) },
      { ...limited, overflow: "drop-newest" },
    );
    sendAll(socket);
    peer.transport.resume();
    await settle();
    const sent = names(peer);
    assert.equal("abcdef".startsWith(sent), true);
    assert.equal(sent.length + counts.reduce((sum, count) => sum + count), 6);
    assert.equal(socket.readyState, 1);
    peer.transport.destroy();
  });

  it("drops the oldest beyond the limit, and tells how many", async () => {
    const counts: number[] = [];
    const { socket, peer } = openSlow(
      { dropped: (_socket, count) => void counts.push(count) },
      { ...limited, overflow: "drop-oldest" },
    );
    sendAll(socket);
    peer.transport.resume();
    await settle();
    const sent = names(peer);
    assert.equal(sent.at(-1), "f");
    assert.equal(sent.length + counts.reduce((sum, count) => sum + count), 6);
    assert.equal(socket.readyState, 1);
    peer.transport.destroy();
  });
});

describe("pause", () => {
  it("keeps messages back until resume", async () => {
    const seen: unknown[] = [];
    const { socket, peer } = open({ message: (_socket, data) => void seen.push(data) });
    socket.pause();
    peer.text("a");
    await settle();
    assert.deepEqual(seen, []);
    socket.resume();
    await settle();
    assert.deepEqual(seen, ["a"]);
    peer.transport.destroy();
  });

  it("in a message keeps back those that came with it", async () => {
    const seen: unknown[] = [];
    const { socket, peer } = open({
      message(self, data) {
        seen.push(data);
        self.pause();
      },
    });
    peer.transport.write(
      Buffer.concat(["a", "b"].map((payload) => frameFor("server", { opcode: "text", payload }))),
    );
    await settle();
    assert.deepEqual(seen, ["a"]);
    socket.resume();
    await settle();
    assert.deepEqual(seen, ["a", "b"]);
    peer.transport.destroy();
  });

  it("is no reason to give up a silent peer", async () => {
    const { socket, peer, clock } = open({ open() {} }, { heartbeat: 100 });
    socket.pause();
    await settle();
    clock.advance(1000);
    assert.equal(socket.readyState, 1);
    peer.transport.destroy();
    await settle();
  });
});

describe("the heartbeat", () => {
  it("gives up a peer that answers no ping", async () => {
    const { socket, peer, clock, host } = open({ open() {} }, { heartbeat: 100 });
    clock.advance(100);
    await settle();
    assert.deepEqual(peer.said, ["ping"]);
    clock.advance(100);
    assert.equal((await socket.closed).code, 1006);
    assert.match(host.failures[0].message, /answered no ping/);
    assert.equal(clock.pending, 0);
  });
});

describe("the answer to the peer's Close", () => {
  const cases: readonly (readonly [string, AnyHandler, string])[] = [
    ["what closing chose", { closing: (socket) => socket.close(1000, "bye") }, "1000 bye"],
    ["its own when closing chose none", { closing: () => {} }, "4000 why"],
    [
      "what closing chose late",
      {
        async closing(socket, { code, reason }) {
          await settle();
          socket.close(code + 1, reason.toUpperCase());
        },
      },
      "4001 WHY",
    ],
    ["an empty one", { closing: (socket) => socket.close() }, "1005"],
    ["1011 when closing threw", { closing: () => Promise.reject(new Error("no")) }, "1011"],
    [
      "what closing chose, though the conversation returned before",
      {
        async conversation(socket) {
          for await (const _ of socket);
        },
        async closing(socket) {
          await settle();
          socket.close(4002);
        },
      },
      "4002",
    ],
  ];
  for (const [name, handler, expected] of cases) {
    it(`is ${name}`, async () => {
      const { socket, peer, host } = open(handler);
      peer.close(4000, "why");
      assert.deepEqual(await socket.closed, { code: 4000, reason: "why", wasClean: true });
      assert.deepEqual(peer.said, [expected]);
      assert.equal(host.uncaughtErrors.length, expected === "1011" ? 1 : 0);
    });
  }

  it("is not chosen where the connection was dropped meanwhile", async () => {
    const { socket, peer } = open({
      closing(socket) {
        socket.terminate();
        socket.close(1000);
      },
    });
    peer.close(4000, "why");
    assert.equal((await socket.closed).wasClean, false);
    assert.deepEqual(peer.said, []);
  });
});

describe("a conversation", () => {
  it("reads its messages in order, and closes with 1000 when it returns", async () => {
    const { socket, peer } = open(async (self: ServerSocket) => {
      for await (const data of self) {
        if (data === "bye") return;
        self.send(data);
      }
    });
    for (const text of ["a", "b", "bye", "c"]) peer.text(text);
    await settle();
    assert.deepEqual(peer.said, ["a", "b", "1000"]);
    peer.close(1000);
    assert.deepEqual(await socket.closed, { code: 1000, reason: "", wasClean: true });
  });

  it("ends its loop when the peer closes, with every message read before", async () => {
    const seen: unknown[] = [];
    const done = deferred<CloseInfo>();
    const gate = deferred();
    const { peer } = open(async (self: ServerSocket) => {
      await gate.promise;
      for await (const data of self) seen.push(data);
      done.resolve(await self.closed);
    });
    for (const text of ["a", "b"]) peer.text(text);
    peer.close(4001, "why");
    await settle();
    gate.resolve();
    assert.deepEqual(await done.promise, { code: 4001, reason: "why", wasClean: true });
    assert.deepEqual(seen, ["a", "b"]);
  });

  it("may leave its loop and begin another, and loses nothing between", async () => {
    const seen: unknown[] = [];
    const { peer } = open(async (self: ServerSocket) => {
      for await (const data of self) {
        seen.push(data);
        break;
      }
      await settle();
      for await (const data of self) {
        seen.push(data);
        if (seen.length === 3) return;
      }
    });
    for (const text of ["a", "b", "c"]) peer.text(text);
    for (let turn = 0; turn < 3; turn++) await settle();
    assert.deepEqual(seen, ["a", "b", "c"]);
    assert.deepEqual(peer.said, ["1000"]);
    peer.transport.destroy();
  });

  it("that is slow stops the line, so that memory is bounded, and loses nothing", async () => {
    const gate = deferred();
    let seen = 0;
    const { peer } = open(
      async (self: ServerSocket) => {
        await gate.promise;
        for await (const data of self) seen += data.length;
      },
      { highWaterMark: 4000, wire: { capacity: 1, chunkSize: 1010 } },
    );
    for (let count = 0; count < 50; count++) peer.text("x".repeat(1000));
    for (let turn = 0; turn < 20; turn++) await settle();
    const waiting = peer.transport.buffered;
    assert.ok(waiting > 40_000, `the wire holds ${waiting} of 50,400 bytes`);
    gate.resolve();
    for (let turn = 0; turn < 40; turn++) await settle();
    assert.equal(seen, 50_000);
    peer.transport.destroy();
  });

  it("that empties its inbox does not undo a pause of the user's, nor the other way round", async () => {
    const gate = deferred();
    const seen: unknown[] = [];
    const { peer, socket } = open(
      async (self: ServerSocket) => {
        await gate.promise;
        for await (const data of self) seen.push(data.length);
      },
      { highWaterMark: 100 },
    );
    peer.text("x".repeat(500));
    await settle();
    socket.pause();
    socket.resume();
    peer.text("ab");
    await settle();
    socket.pause();
    gate.resolve();
    await settle();
    assert.deepEqual(seen, [500]);
    socket.resume();
    await settle();
    assert.deepEqual(seen, [500, 2]);
    peer.transport.destroy();
  });

  it("is the only form that may iterate over its socket", () => {
    const { socket, peer } = open({ message() {} });
    assert.throws(
      () => socket[Symbol.asyncIterator](),
      /only a conversation iterates over its socket/,
    );
    peer.transport.destroy();
  });

  it("may have the other hooks beside it", async () => {
    const calls: string[] = [];
    const { socket, peer } = open({
      open: () => void calls.push("open"),
      conversation: async () => void calls.push("conversation"),
      close: () => void calls.push("close"),
    });
    await settle();
    peer.close(1000);
    await socket.closed;
    assert.deepEqual(calls, ["open", "conversation", "close"]);
  });
});

describe("topics", () => {
  it("reach all subscribers but the one that publishes, until they unsubscribe", async () => {
    const host = new Host();
    const [one, other, third] = [1, 2, 3].map(() => open({ open() {} }, { host }));
    for (const { socket } of [one, other, third]) socket.subscribe("news");
    third.socket.unsubscribe("news");
    assert.equal(one.socket.publish("news", "hi"), 1);
    assert.equal(host.topics.publish("news", "all"), 2);
    await settle();
    assert.deepEqual(
      [one, other, third].map(({ peer }) => peer.said),
      [["all"], ["hi", "all"], []],
    );
    for (const { peer } of [one, other, third]) peer.transport.destroy();
  });

  it("count a socket once, however often it subscribed", async () => {
    const host = new Host();
    const { socket, peer } = open({ open() {} }, { host });
    for (let count = 0; count < 2; count++) socket.subscribe("news");
    assert.equal(host.topics.publish("news", "hi"), 1);
    for (let count = 0; count < 2; count++) socket.unsubscribe("news");
    assert.equal(host.topics.publish("news", "hi"), 0);
    peer.transport.destroy();
  });

  it("keep the order of what is published and what is sent", async () => {
    const host = new Host();
    const { socket, peer } = open({ open() {} }, { host });
    socket.subscribe("news");
    socket.send("1");
    host.topics.publish("news", "2");
    socket.send("3");
    await settle();
    assert.deepEqual(peer.said, ["1", "2", "3"]);
    peer.transport.destroy();
  });

  it("lose a socket that closes, and take none that has closed", async () => {
    const host = new Host();
    const { socket, peer } = open({ open() {} }, { host });
    socket.subscribe("news");
    socket.close(1000);
    assert.equal(host.topics.publish("news", "hi"), 0);
    socket.subscribe("news");
    assert.equal(host.topics.publish("news", "hi"), 0);
    peer.transport.destroy();
    await socket.closed;
    socket.subscribe("news");
    assert.equal(host.topics.publish("news", "hi"), 0);
  });

  it("owe a drain hook to a subscriber whose queue they filled", async () => {
    const drained = deferred();
    const host = new Host();
    const { socket, peer } = open(
      { drain: () => drained.resolve() },
      { host, wire: { capacity: 100 }, highWaterMark: 100 },
    );
    socket.subscribe("news");
    host.topics.publish("news", "x".repeat(1000));
    await drained.promise;
    peer.transport.destroy();
  });
});

describe("a peer's fault", () => {
  const cases: readonly (readonly [string, FrameParts, RegExp])[] = [
    [
      "an unmasked frame",
      { opcode: "text", payload: "x", masked: false },
      /^1002 a frame from a client must be masked$/,
    ],
    ["a reserved bit", { opcode: "text", rsv: 2 }, /^1002 a reserved bit/],
    ["an opcode of no meaning", { opcode: 3 }, /^1002 the opcode is reserved$/],
    [
      "text that is not UTF-8",
      { opcode: "text", payload: Uint8Array.of(0xff) },
      /^1007 a text message is not UTF-8$/,
    ],
    [
      "a message over the limit",
      { opcode: "binary", announced: 101n },
      /^1009 the message is larger/,
    ],
    [
      "a Close with a code of no frame",
      { opcode: "close", payload: closePayload(1006) },
      /^1002 the code in the Close frame/,
    ],
  ];
  for (const [what, parts, expected] of cases) {
    it(`closes with the rule in the reason, after what came whole before: ${what}`, async () => {
      const seen: unknown[] = [];
      const { peer, host, socket, clock } = open(
        { message: (_socket, data) => void seen.push(data) },
        { maxMessageSize: 100 },
      );
      peer.text("whole");
      peer.frame(parts);
      peer.text("late");
      await settle();
      assert.deepEqual(seen, ["whole"]);
      assert.match(peer.said[0], expected);
      assert.equal(host.failures.length, 1);
      assert.deepEqual(host.uncaughtErrors, []);
      clock.advance(5000);
      assert.deepEqual(await socket.closed, { code: 1006, reason: "", wasClean: false });
      assert.equal(clock.pending, 0);
    });
  }

  it("of ending the stream without a Close is reported as 1006", async () => {
    const { peer, host, socket } = open({ open() {} });
    peer.transport.end();
    assert.deepEqual(await socket.closed, { code: 1006, reason: "", wasClean: false });
    assert.match(host.failures[0].message, /ended the stream without a Close/);
  });
});
