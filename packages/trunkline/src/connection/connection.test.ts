import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { MessageCodec } from "../protocol/codec.ts";
import { encodeDeflated, encodeMessage } from "../protocol/writer.ts";
import { FakeTransport, nextTurn } from "../testing/fake-transport.test.util.ts";
import {
  backwardsCodec,
  closePayload,
  cut,
  type FrameParts,
  frameFor,
  join,
  pattern,
  runtime,
  toBytes,
} from "../testing/frames.test.util.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import {
  type MemoryPairOptions,
  type MemoryTransport,
  memoryPair,
} from "../testing/memory-pair.ts";
import { Batch } from "./batch.ts";
import {
  type CloseInfo,
  Connection,
  type ConnectionError,
  type ConnectionOwner,
  type ConnectionSettings,
} from "./connection.ts";

fc.configureGlobal({ seed: 6455 });

/** An owner that notes what it is told, and does in each callback what the test says. */
class Owner implements ConnectionOwner {
  readonly messages: (string | Uint8Array)[] = [];
  /** Everything but messages: "closing", "failure 1002", "close 1000 clean", "drain", "dropped 2". */
  readonly events: string[] = [];
  readonly uncaught: unknown[] = [];
  readonly errors: ConnectionError[] = [];
  /** Called in the callback of that name, after it was noted. */
  acts: Partial<ConnectionOwner> = {};
  readonly #waiting = new Set<() => void>();

  onMessage(data: string | Uint8Array<ArrayBuffer>, cuts?: readonly number[]): void {
    this.messages.push(data);
    this.#look();
    this.acts.onMessage?.(data, cuts);
  }

  onUtf8(data: Uint8Array<ArrayBuffer>): void {
    this.acts.onUtf8?.(data);
  }

  onPing(data: Uint8Array<ArrayBuffer>): void {
    this.acts.onPing?.(data);
  }

  onPong(data: Uint8Array<ArrayBuffer>): void {
    this.acts.onPong?.(data);
  }

  onDrain(full: boolean): void {
    this.#note("drain");
    this.acts.onDrain?.(full);
  }

  onClosing(): void {
    this.#note("closing");
    this.acts.onClosing?.();
  }

  answersClose = false;

  onPeerClose({ code }: { readonly code: number }): void {
    this.#note(`asked ${code}`);
  }

  onClose(info: CloseInfo): void {
    this.#note(`close ${info.code} ${info.wasClean ? "clean" : "unclean"}`);
    this.acts.onClose?.(info);
  }

  onFailure(error: ConnectionError): void {
    this.errors.push(error);
    this.#note(`failure ${error.code}`);
    this.acts.onFailure?.(error);
  }

  onDropped(count: number): void {
    this.#note(`dropped ${count}`);
    this.acts.onDropped?.(count);
  }

  onUncaught(error: unknown): void {
    this.uncaught.push(error);
    this.#look();
  }

  get closed(): boolean {
    return this.events.some((event) => event.startsWith("close "));
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #note(event: string): void {
    this.events.push(event);
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

function settingsWith(changes: Partial<ConnectionSettings>): ConnectionSettings {
  return {
    role: "server",
    maxMessageSize: 1 << 24,
    heartbeat: 0,
    closeTimeout: 5000,
    highWaterMark: 65_536,
    outgoingLimit: 1 << 20,
    overflow: "close",
    clock: new ManualClock(),
    ...changes,
  };
}

// ---- one connection over a transport that is told what to do

interface Bench {
  readonly owner: Owner;
  readonly transport: FakeTransport;
  readonly connection: Connection;
  /** The frames come from the peer in one piece, or the bytes as they are. */
  receive(...wire: readonly (FrameParts | Uint8Array)[]): void;
}

function newBench(changes: Partial<ConnectionSettings> = {}, codec?: MessageCodec): Bench {
  const settings = settingsWith(changes);
  const owner = new Owner();
  const transport = new FakeTransport();
  const connection = new Connection(owner, transport, settings, codec);
  connection.start();
  const receive = (...wire: readonly (FrameParts | Uint8Array)[]): void => {
    const frames = wire.map((item) =>
      item instanceof Uint8Array ? item : frameFor(settings.role, item),
    );
    connection.onData(join(...frames));
  };
  return { owner, transport, connection, receive };
}

const text = (payload: string): FrameParts => ({ opcode: "text", payload });
const close = (code: number, reason = ""): FrameParts => ({
  opcode: "close",
  payload: closePayload(code, reason),
});

/** What the transport sent, when it is exactly these frames of a server. */
function assertSent(transport: FakeTransport, ...frames: readonly FrameParts[]): void {
  assert.deepEqual(transport.wire, join(...frames.map((parts) => frameFor("client", parts))));
}

/** The transport sends what it held until it holds nothing. */
function drainAll({ transport, connection }: Bench): void {
  transport.holding = false;
  while (transport.buffered > 0) {
    transport.drain();
    connection.onDrain();
  }
}

// ---- two connections over a wire in memory

interface End {
  readonly owner: Owner;
  readonly connection: Connection;
  readonly transport: MemoryTransport;
}

interface Pair {
  readonly client: End;
  readonly server: End;
  readonly clock: ManualClock;
}

function newPair(wire: MemoryPairOptions = {}, changes: Partial<ConnectionSettings> = {}): Pair {
  const clock = new ManualClock();
  const [first, second] = memoryPair(wire);
  const open = (role: "client" | "server", transport: MemoryTransport): End => {
    const owner = new Owner();
    const settings = settingsWith({ clock, ...changes, role });
    const connection = new Connection(owner, transport, settings);
    connection.start();
    return { owner, connection, transport };
  };
  return { client: open("client", first), server: open("server", second), clock };
}

async function untilClosed({ client, server }: Pair): Promise<void> {
  await client.owner.until(() => client.owner.closed);
  await server.owner.until(() => server.owner.closed);
}

describe("messages", () => {
  for (const chunkSize of [Number.POSITIVE_INFINITY, 1, 7]) {
    test(`go both ways in order, in pieces of ${chunkSize} bytes`, async () => {
      const pair = newPair({ chunkSize });
      const { client, server } = pair;
      server.owner.acts.onMessage = (data) => void server.connection.send(data);
      const messages = ["one", pattern(3), "", "é€😀", pattern(0), "x".repeat(3000), pattern(2000)];
      for (const message of messages) assert.equal(client.connection.send(message), true);
      client.connection.ping(toBytes("?"));
      await client.owner.until(() => client.owner.messages.length === messages.length);
      const plain = messages.map((data) =>
        typeof data === "string" ? data : Uint8Array.from(data),
      );
      assert.deepEqual(client.owner.messages, plain);
      client.connection.close(1000, "done");
      await untilClosed(pair);
      assertClosedClean(client, server);
    });
  }

  test("of any kind and size arrive the same through any wire", async () => {
    const message = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc
        .tuple(fc.nat(70_000), fc.nat(255))
        .map(([size, seed]) => Uint8Array.from(pattern(size, seed))),
    );
    const wire = fc.record({
      chunkSize: fc.constantFrom(100, 1000, 65_536, Number.POSITIVE_INFINITY),
      capacity: fc.constantFrom(1, 1000, 65_536),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), wire, async (messages, options) => {
        const pair = newPair(options);
        const { client, server } = pair;
        for (const data of messages) client.connection.send(data);
        server.connection.send("the end");
        client.connection.close(1000);
        await untilClosed(pair);
        assert.deepEqual(server.owner.messages, messages);
      }),
      { numRuns: 60 },
    );
  });

  test("that came behind the handshake come first, and not inside start", async () => {
    const owner = new Owner();
    const transport = new FakeTransport();
    const connection = new Connection(owner, transport, settingsWith({}));
    const wire = join(frameFor("server", text("head")), frameFor("server", text("second")));
    connection.start(wire.subarray(0, 8));
    assert.deepEqual(owner.messages, []);
    connection.onData(wire.slice(8));
    await nextTurn();
    assert.deepEqual(owner.messages, ["head", "second"]);
  });

  test("that came behind the handshake are told when nothing follows", async () => {
    const owner = new Owner();
    const connection = new Connection(owner, new FakeTransport(), settingsWith({}));
    const head = frameFor("server", text("head"));
    connection.start(head);
    head.fill(0);
    await nextTurn();
    assert.deepEqual(owner.messages, ["head"]);
  });

  test("of one read are answered in one write", () => {
    const { connection, owner, transport, receive } = newBench();
    owner.acts.onMessage = (data) => void connection.send(data);
    receive(text("one"), { opcode: "ping", payload: "?" }, text("two"));
    assert.equal(transport.writes, 1);
    assertSent(transport, text("one"), { opcode: "pong", payload: "?" }, text("two"));
  });

  test("encoded once go to many as they are", async () => {
    const { connection, transport } = newBench();
    const frame = encodeMessage("news", runtime);
    assert.equal(connection.sendEncoded(frame), true);
    assert.equal(connection.sendEncoded(frame), true);
    await nextTurn();
    assertSent(transport, text("news"), text("news"));
  });
});

function assertClosedClean(client: End, server: End): void {
  assert.deepEqual(client.owner.events, ["closing", "close 1000 clean"]);
  assert.deepEqual(server.owner.events, ["closing", "close 1000 clean"]);
}

describe("the closing handshake", () => {
  for (const starts of ["client", "server"] as const) {
    test(`started by the ${starts} ends clean on both sides, the code echoed`, async () => {
      const pair = newPair({}, { heartbeat: 25_000 });
      const other = starts === "client" ? "server" : "client";
      const reasons: string[] = [];
      pair[other].owner.acts.onClose = ({ reason }) => void reasons.push(reason);
      pair[starts].connection.close(4321, "enough");
      assert.equal(pair[starts].connection.readyState, 2);
      await untilClosed(pair);
      for (const end of [pair.client, pair.server]) {
        assert.deepEqual(end.owner.events, ["closing", "close 4321 clean"]);
        assert.equal(end.connection.readyState, 3);
      }
      assert.deepEqual(reasons, ["enough"]);
      assert.equal(pair.clock.pending, 0);
    });
  }

  test("without a code reports 1005 on both sides", async () => {
    const pair = newPair();
    pair.client.connection.close();
    await untilClosed(pair);
    assert.deepEqual(pair.client.owner.events, ["closing", "close 1005 clean"]);
    assert.deepEqual(pair.server.owner.events, ["closing", "close 1005 clean"]);
  });

  test("started by both at once ends clean, each with the other's code", async () => {
    const pair = newPair();
    pair.client.connection.close(4001);
    pair.server.connection.close(4002);
    await untilClosed(pair);
    assert.deepEqual(pair.client.owner.events, ["closing", "close 4002 clean"]);
    assert.deepEqual(pair.server.owner.events, ["closing", "close 4001 clean"]);
    assert.equal(pair.clock.pending, 0);
  });

  test("lets what was sent before it arrive, and nothing after", async () => {
    const pair = newPair();
    pair.client.connection.send("before");
    pair.client.connection.close(1000);
    assert.equal(pair.client.connection.send("after"), false);
    await untilClosed(pair);
    assert.deepEqual(pair.server.owner.messages, ["before"]);
  });

  test("delivers nothing that comes after our own Close, as in a browser", () => {
    const { connection, owner, receive } = newBench();
    connection.close(1000);
    receive(text("late"));
    assert.deepEqual(owner.messages, []);
  });

  test("is ended by the server's FIN; the client waits for it (section 7.1.1)", async () => {
    const server = newBench({ role: "server" });
    server.receive(close(1000));
    await nextTurn();
    assertSent(server.transport, close(1000));
    assert.deepEqual(server.transport.calls, ["end"]);

    const client = newBench({ role: "client" });
    client.receive(close(1000));
    await nextTurn();
    assert.equal(client.transport.wire.length, 8);
    assert.deepEqual(client.transport.calls, []);
    client.connection.onEnd();
    assert.deepEqual(client.transport.calls, ["end"]);
  });

  test("that the peer never answers is given up after the close timeout", async () => {
    const pair = newPair({ peerFaults: [{ after: 0, fault: "stall" }] });
    const { client, clock } = pair;
    client.connection.close(1000);
    await nextTurn();
    clock.advance(4999);
    await nextTurn();
    assert.deepEqual(client.owner.events, ["closing"]);
    clock.advance(1);
    await client.owner.until(() => client.owner.closed);
    assert.deepEqual(client.owner.events, ["closing", "close 1006 unclean"]);
  });

  test("after which the stream never ends is clean still, and destroyed after the close timeout", () => {
    for (const role of ["client", "server"] as const) {
      const clock = new ManualClock();
      const { connection, owner, transport, receive } = newBench({ clock, role });
      receive(close(1000));
      clock.advance(4999);
      assert.ok(!transport.calls.includes("destroy"));
      clock.advance(1);
      assert.equal(transport.calls.at(-1), "destroy");
      connection.onClose(undefined);
      assert.deepEqual(owner.events, ["closing", "close 1000 clean"]);
      assert.equal(clock.pending, 0);
    }
  });

  test("ends clean though the stream breaks behind it", () => {
    const { connection, owner, receive } = newBench();
    receive(close(1000));
    connection.onClose(new Error("read ECONNRESET"));
    assert.deepEqual(owner.events, ["closing", "close 1000 clean"]);
  });

  test("answers nothing by itself where the owner does, and takes its answer once", async () => {
    const { connection, owner, transport, receive } = newBench();
    owner.answersClose = true;
    receive(close(4000));
    await nextTurn();
    assertSent(transport);
    assert.deepEqual(owner.events, ["closing", "asked 4000"]);
    assert.equal(connection.send("too late"), false);
    // The peer has no more to say; it still waits for our Close.
    connection.onEnd();
    assert.deepEqual(transport.calls, []);
    assert.throws(() => connection.close(1006), RangeError);
    connection.close(1000);
    connection.close(1001);
    await nextTurn();
    assertSent(transport, close(1000));
    assert.deepEqual(transport.calls, ["end"]);
    connection.onClose(undefined);
    assert.deepEqual(owner.events.slice(2), ["close 4000 clean"]);
  });

  test("whose answer the owner never gives is given up after the close timeout", () => {
    const clock = new ManualClock();
    const { connection, owner, transport, receive } = newBench({ clock });
    owner.answersClose = true;
    receive(close(1000));
    clock.advance(5000);
    assert.deepEqual(transport.calls, ["destroy"]);
    connection.close(1000);
    connection.onClose(undefined);
    connection.close(1000);
    assertSent(transport);
    assert.deepEqual(owner.events, ["closing", "asked 1000", "close 1000 unclean"]);
    assert.equal(clock.pending, 0);
  });

  test("that both began is nobody's to answer", () => {
    const { connection, owner, receive } = newBench();
    owner.answersClose = true;
    connection.close(1001);
    receive(close(1000));
    assert.deepEqual(owner.events, ["closing"]);
  });

  test("refuses a code that must not be sent, and stays open", () => {
    const { connection, owner } = newBench();
    assert.throws(() => connection.close(1006), RangeError);
    assert.equal(connection.readyState, 1);
    assert.equal(connection.send("still open"), true);
    assert.deepEqual(owner.events, []);
  });

  test("begins once", async () => {
    const { connection, owner, transport } = newBench();
    connection.close(1000);
    connection.close(1001);
    await nextTurn();
    assertSent(transport, close(1000));
    assert.deepEqual(owner.events, ["closing"]);
  });
});

describe("on a connection that is not open", () => {
  const ways: Readonly<Record<string, (bench: Bench) => void>> = {
    "we closed": ({ connection }) => connection.close(1000),
    "the peer closed": ({ receive }) => receive(close(1000)),
    "the peer broke the protocol": ({ receive }) => receive({ opcode: 3 }),
    "the peer ended the stream": ({ connection }) => connection.onEnd(),
    "we dropped it": ({ connection }) => connection.terminate(),
    "it is gone": ({ connection }) => connection.onClose(undefined),
  };
  for (const [name, go] of Object.entries(ways)) {
    test(`since ${name}, sends are discarded and nothing throws`, async () => {
      const bench = newBench();
      go(bench);
      await nextTurn();
      const { connection, transport } = bench;
      const before = transport.wire.length;
      assert.equal(connection.send("a"), false);
      assert.equal(connection.send(pattern(100_000)), false);
      assert.equal(connection.sendEncoded(encodeMessage("a", runtime)), false);
      connection.ping();
      connection.close(1000);
      connection.pause();
      connection.resume();
      await nextTurn();
      assert.equal(transport.wire.length, before);
      connection.onClose(undefined);
      connection.terminate();
      assert.equal(connection.readyState, 3);
    });

    test(`since ${name}, the owner is told of the closing once and of the close once`, async () => {
      const bench = newBench();
      go(bench);
      await nextTurn();
      bench.connection.onEnd();
      bench.connection.onClose(undefined);
      bench.connection.onClose(undefined);
      bench.receive(text("late"));
      const count = (start: string): number =>
        bench.owner.events.filter((event) => event.startsWith(start)).length;
      assert.deepEqual([count("closing"), count("close ")], [1, 1]);
      assert.match(bench.owner.events.at(-1) ?? "", /^close /);
      assert.deepEqual(bench.owner.messages, []);
    });

    test(`since ${name}, the owner may send, close and terminate in every callback`, async () => {
      const bench = newBench();
      const { connection, owner } = bench;
      const everything = (): void => {
        assert.equal(connection.send("a"), false);
        connection.ping();
        connection.close(1011);
        connection.pause();
        connection.resume();
      };
      owner.acts = { onClosing: everything, onFailure: everything, onClose: everything };
      go(bench);
      await nextTurn();
      connection.onClose(undefined);
      assert.deepEqual(owner.uncaught, []);
      const again = newBench();
      again.owner.acts.onClosing = () => again.connection.terminate();
      again.owner.acts.onFailure = () => again.connection.terminate();
      go(again);
      again.connection.onClose(undefined);
      assert.deepEqual(again.owner.uncaught, []);
    });
  }
});

describe("a peer that breaks the protocol", () => {
  test("gets the reason in a Close, then the end; what came whole before is delivered", async () => {
    const { owner, transport, receive } = newBench();
    receive(text("good"), { opcode: 3 }, text("never"));
    await nextTurn();
    assert.deepEqual(owner.messages, ["good"]);
    assertSent(transport, close(1002, "the opcode is reserved"));
    assert.deepEqual(transport.calls, ["end"]);
    assert.deepEqual(owner.events, ["failure 1002", "closing"]);
    assert.match(owner.errors[0]?.message ?? "", /reserved .*RFC 6455, section 5\.2/);
  });

  test("is reported to the owner as 1006, and to itself with its code", async () => {
    const pair = newPair({}, { maxMessageSize: 100 });
    pair.client.connection.send("x".repeat(101));
    await untilClosed(pair);
    assert.deepEqual(pair.server.owner.events, ["failure 1009", "closing", "close 1006 unclean"]);
    assert.equal(pair.client.owner.events.at(-1), "close 1009 clean");
    assert.equal(pair.clock.pending, 0);
  });

  test("and goes on sending is discarded, and destroyed after the close timeout", () => {
    const clock = new ManualClock();
    const { owner, transport, receive } = newBench({ clock });
    receive({ opcode: 3 });
    for (let count = 0; count < 10; count++) {
      receive(text("more"), pattern(100));
      clock.advance(500);
    }
    assert.equal(transport.calls.at(-1), "destroy");
    assert.deepEqual(owner.messages, []);
    assert.equal(owner.errors.length, 1);
  });
});

describe("a stream that ends", () => {
  test("without a Close is answered with the end, and reported as 1006", async () => {
    const pair = newPair({ faults: [{ after: 0, fault: "end" }] });
    await untilClosed(pair);
    assert.deepEqual(pair.client.owner.events, ["failure 1006", "closing", "close 1006 unclean"]);
    assert.match(pair.client.owner.errors[0]?.message ?? "", /without a Close/);
  });

  test("in the middle of a message drops the piece", () => {
    const { connection, owner, receive } = newBench();
    receive(frameFor("server", text("cut off")).subarray(0, 9));
    connection.onEnd();
    connection.onClose(undefined);
    assert.deepEqual(owner.messages, []);
    assert.equal(owner.events.at(-1), "close 1006 unclean");
  });

  test("still takes what we had queued before it", () => {
    const bench = newBench();
    const { connection, transport } = bench;
    transport.holding = true;
    connection.send(pattern(20_000));
    connection.send(pattern(30_000));
    connection.onEnd();
    assert.deepEqual(transport.calls, []);
    drainAll(bench);
    assertSent(
      transport,
      { opcode: "binary", payload: pattern(20_000) },
      { opcode: "binary", payload: pattern(30_000) },
    );
    assert.deepEqual(transport.calls, ["end"]);
  });

  test("by a reset is reported with its cause", async () => {
    const pair = newPair({ faults: [{ after: 0, fault: "reset" }] }, { heartbeat: 1000 });
    await untilClosed(pair);
    for (const { owner } of [pair.client, pair.server]) {
      assert.deepEqual(owner.events, ["failure 1006", "closing", "close 1006 unclean"]);
      assert.ok(owner.errors[0]?.cause instanceof Error);
      assert.match(owner.errors[0].message, /ECONNRESET/);
    }
    assert.equal(pair.clock.pending, 0);
  });

  test("because we dropped it is no failure of ours", async () => {
    const pair = newPair({}, { heartbeat: 1000 });
    pair.client.connection.send("not sent");
    pair.client.connection.terminate();
    pair.client.connection.terminate();
    await untilClosed(pair);
    assert.deepEqual(pair.client.owner.events, ["closing", "close 1006 unclean"]);
    assert.equal(pair.server.owner.events.at(-1), "close 1006 unclean");
    assert.equal(pair.clock.pending, 0);
  });
});

describe("the heartbeat", () => {
  const heartbeat = 25_000;

  test("pings a peer that vanished at 25 s, and gives it up at 50 s with 1006", async () => {
    const silent = [{ after: 0, fault: "stall" }] as const;
    const pair = newPair({ faults: silent, peerFaults: silent }, { heartbeat });
    const { client, clock } = pair;
    clock.advance(24_999);
    await nextTurn();
    assert.equal(client.transport.written.length, 0);
    clock.advance(1);
    await nextTurn();
    assert.equal(client.transport.written.length, 1);
    clock.advance(24_999);
    await nextTurn();
    assert.deepEqual(client.owner.events, []);
    clock.advance(1);
    await client.owner.until(() => client.owner.closed);
    assert.deepEqual(client.owner.events, ["failure 1006", "closing", "close 1006 unclean"]);
    assert.match(client.owner.errors[0]?.message ?? "", /answered no ping/);
  });

  test("goes on as long as the peer answers", async () => {
    const pair = newPair({}, { heartbeat });
    for (let count = 0; count < 20; count++) {
      pair.clock.advance(heartbeat);
      await nextTurn();
    }
    assert.deepEqual([pair.client.owner.events, pair.server.owner.events], [[], []]);
    pair.client.connection.close(1000);
    await untilClosed(pair);
    assert.equal(pair.clock.pending, 0);
  });

  test("takes any byte as life, even of a message that is not whole", () => {
    const clock = new ManualClock();
    const { owner, receive } = newBench({ clock, heartbeat });
    const wire = frameFor("server", { opcode: "binary", payload: pattern(100) });
    for (const byte of cut(wire.subarray(0, 20), [1])) {
      clock.advance(heartbeat);
      receive(byte);
    }
    assert.deepEqual(owner.events, []);
    clock.advance(2 * heartbeat);
    assert.equal(owner.events[0], "failure 1006");
  });

  test("judges nobody while we have paused, and starts anew when we resume", async () => {
    const clock = new ManualClock();
    const { connection, owner } = newBench({ clock, heartbeat });
    connection.pause();
    clock.advance(20 * heartbeat);
    assert.deepEqual(owner.events, []);
    connection.resume();
    await nextTurn();
    clock.advance(heartbeat);
    assert.deepEqual(owner.events, []);
    clock.advance(heartbeat);
    assert.equal(owner.events[0], "failure 1006");
  });

  test("takes what the peer takes as life", () => {
    const clock = new ManualClock();
    const { connection, owner, transport } = newBench({ clock, heartbeat });
    transport.holding = true;
    for (let count = 0; count < 10; count++) {
      connection.send(pattern(20_000));
      clock.advance(heartbeat);
      transport.drain();
      connection.onDrain();
    }
    assert.deepEqual(owner.events, []);
  });

  test("of 0 never pings", async () => {
    const clock = new ManualClock();
    const { transport } = newBench({ clock, heartbeat: 0 });
    assert.equal(clock.pending, 0);
    clock.advance(1_000_000);
    await nextTurn();
    assert.equal(transport.writes, 0);
  });
});

describe("pause and resume", () => {
  test("in the middle of a read keep the rest, in order, before what comes later", async () => {
    const { connection, owner, transport, receive } = newBench();
    owner.acts.onMessage = (data) => {
      if (data === "2") connection.pause();
    };
    receive(text("1"), text("2"), text("3"), text("4"));
    assert.deepEqual(owner.messages, ["1", "2"]);
    receive(text("5"));
    await nextTurn();
    assert.deepEqual(owner.messages, ["1", "2"]);
    connection.resume();
    assert.deepEqual(owner.messages, ["1", "2"]);
    await nextTurn();
    assert.deepEqual(owner.messages, ["1", "2", "3", "4", "5"]);
    assert.deepEqual(transport.calls, ["pause", "resume"]);
  });

  test("after each message lose nothing", async () => {
    const pair = newPair({ chunkSize: 50 });
    const { client, server } = pair;
    const sent = Array.from({ length: 200 }, (_, index) => `message ${index}`);
    server.owner.acts.onMessage = () => {
      server.connection.pause();
      setImmediate(() => server.connection.resume());
    };
    for (const message of sent) client.connection.send(message);
    await server.owner.until(() => server.owner.messages.length === sent.length);
    assert.deepEqual(server.owner.messages, sent);
  });

  test("both inside one message do not stop the stream", async () => {
    const { connection, owner, transport, receive } = newBench();
    owner.acts.onMessage = () => {
      connection.pause();
      connection.resume();
    };
    receive(text("1"), text("2"));
    await nextTurn();
    assert.deepEqual(owner.messages, ["1", "2"]);
    assert.equal(transport.calls.at(-1), "resume");
  });

  test("pause, resume and pause again leave it paused", async () => {
    const { connection, owner, transport, receive } = newBench();
    connection.pause();
    connection.resume();
    connection.pause();
    await nextTurn();
    receive(text("1"));
    assert.deepEqual(owner.messages, []);
    assert.notEqual(transport.calls.at(-1), "resume");
  });

  test("what came before the end of the stream is delivered after a pause, and then the end", async () => {
    const { connection, owner, receive } = newBench();
    owner.acts.onMessage = () => connection.pause();
    receive(text("1"), text("2"), close(1000));
    connection.onEnd();
    assert.deepEqual(owner.events, []);
    connection.resume();
    await nextTurn();
    assert.deepEqual(owner.messages, ["1", "2"]);
    connection.resume();
    await nextTurn();
    connection.onClose(undefined);
    assert.deepEqual(owner.events, ["closing", "close 1000 clean"]);
  });

  test("a paused connection that closes still reads the answer", async () => {
    const pair = newPair();
    pair.client.connection.pause();
    pair.client.connection.close(1000);
    pair.client.connection.pause();
    await untilClosed(pair);
    assertClosedClean(pair.client, pair.server);
  });
});

describe("inside onMessage", () => {
  test("send answers in order", () => {
    const { connection, owner, transport, receive } = newBench();
    owner.acts.onMessage = (data) => void connection.send(`${data}!`);
    receive(text("1"), text("2"));
    assertSent(transport, text("1!"), text("2!"));
  });

  test("close ends the delivery, and the answer is still read", async () => {
    const { connection, owner, transport, receive } = newBench();
    owner.acts.onMessage = () => connection.close(4000);
    receive(text("1"), text("2"), close(4000));
    await nextTurn();
    assert.deepEqual(owner.messages, ["1"]);
    assertSent(transport, close(4000));
    assert.deepEqual(transport.calls, ["end"]);
  });

  test("pause and close do not wait for the close timeout", async () => {
    const pair = newPair();
    const { server } = pair;
    server.owner.acts.onMessage = () => {
      server.connection.pause();
      server.connection.close(1000);
    };
    pair.client.connection.send("1");
    await untilClosed(pair);
    assertClosedClean(pair.client, server);
  });

  test("terminate ends everything at once", () => {
    const { connection, owner, transport, receive } = newBench();
    owner.acts.onMessage = () => {
      connection.send("never sent");
      connection.terminate();
    };
    transport.destroy = () => connection.onClose(undefined);
    receive(text("1"), text("2"));
    assert.deepEqual(owner.messages, ["1"]);
    assert.deepEqual(owner.events, ["closing", "close 1006 unclean"]);
    assert.equal(transport.writes, 0);
  });
});

describe("an owner that throws", () => {
  const thrown = new Error("from the owner");
  const throwing = (): never => {
    throw thrown;
  };

  test("in onMessage is told so once for each, and the stream goes on", async () => {
    const { connection, owner, receive } = newBench();
    owner.acts.onMessage = throwing;
    receive(text("1"), text("2"));
    receive(text("3"), close(1000));
    connection.onClose(undefined);
    assert.deepEqual(owner.messages, ["1", "2", "3"]);
    assert.deepEqual(owner.uncaught, [thrown, thrown, thrown]);
    assert.equal(owner.events.at(-1), "close 1000 clean");
  });

  test("in onClosing, onFailure or onClose does not keep the connection from its end", async () => {
    const pair = newPair({ faults: [{ after: 3, fault: "reset" }] });
    for (const { owner } of [pair.client, pair.server]) {
      owner.acts = { onClosing: throwing, onFailure: throwing, onClose: throwing };
    }
    pair.server.connection.send("1");
    await untilClosed(pair);
    for (const { owner } of [pair.client, pair.server]) {
      assert.deepEqual(owner.uncaught, [thrown, thrown, thrown]);
    }
    assert.equal(pair.clock.pending, 0);
  });

  test("in onDrain or onDropped does not keep what it holds from leaving", () => {
    const bench = newBench({ outgoingLimit: 60_000, overflow: "drop-newest" });
    const { connection, owner, transport } = bench;
    owner.acts = { onDrain: throwing, onDropped: throwing };
    transport.holding = true;
    connection.send(pattern(50_000));
    assert.equal(connection.send(pattern(50_000)), false);
    drainAll(bench);
    assert.deepEqual(owner.events, ["dropped 1", "drain"]);
    assert.deepEqual(owner.uncaught, [thrown, thrown]);
    assertSent(transport, { opcode: "binary", payload: pattern(50_000) });
  });
});

describe("pings", () => {
  test("are answered with their payload (section 5.5.2)", async () => {
    const { transport, receive } = newBench();
    receive({ opcode: "ping", payload: "1" }, { opcode: "ping" });
    await nextTurn();
    assertSent(transport, { opcode: "pong", payload: "1" }, { opcode: "pong" });
  });

  test("that flood a line that takes nothing are answered by the last alone (section 5.5.3)", () => {
    const bench = newBench();
    const { connection, transport, receive } = bench;
    transport.holding = true;
    connection.send(pattern(20_000));
    const before = connection.bufferedAmount;
    for (let count = 0; count < 10_000; count++) receive({ opcode: "ping", payload: `${count}` });
    assert.equal(connection.bufferedAmount, before);
    drainAll(bench);
    assertSent(
      transport,
      { opcode: "binary", payload: pattern(20_000) },
      { opcode: "pong", payload: "9999" },
    );
  });

  test("of ours over 125 bytes are the caller's fault", () => {
    assert.throws(() => newBench().connection.ping(pattern(126)), RangeError);
  });
});

describe("the turn of a connection", () => {
  const small = frameFor("server", { opcode: "binary", payload: pattern(248) });
  /** A read as full as it can be, of small messages; each is 256 bytes with its header. */
  const fullRead = join(...Array.from({ length: 256 }, () => small));

  function flood({ connection }: Bench): void {
    for (let reads = 0; reads < 4; reads++) connection.onData(fullRead.slice());
  }

  test("is over after 256 KiB of full reads, and the next one comes by itself", async () => {
    const bench = newBench();
    flood(bench);
    assert.deepEqual(bench.transport.calls, ["pause"]);
    await nextTurn();
    await nextTurn();
    assert.deepEqual(bench.transport.calls, ["pause", "resume"]);
  });

  test("goes on to the end of a long frame", () => {
    const bench = newBench({ maxMessageSize: 1_000_000 });
    const payload = pattern(1_000_000);
    const frame = frameFor("server", { opcode: "binary", payload });
    const reads = cut(frame, [65_536]);
    for (const read of reads.slice(0, -1)) bench.connection.onData(read);
    assert.deepEqual(bench.transport.calls, []);
    // It ends in this read, which is full, too.
    bench.connection.onData(join(reads[reads.length - 1], fullRead).subarray(0, 65_536));
    assert.deepEqual(bench.owner.messages[0], payload);
    assert.deepEqual(bench.transport.calls, ["pause"]);
  });

  test("is over after 2 MiB of a long frame", () => {
    const bench = newBench();
    bench.connection.onData(frameFor("server", { opcode: "binary", announced: 10_000_000n }));
    for (let count = 0; count < 31; count++) bench.connection.onData(pattern(65_536));
    assert.deepEqual(bench.transport.calls, []);
    bench.connection.onData(pattern(65_536));
    assert.deepEqual(bench.transport.calls, ["pause"]);
  });

  test("leaves an echoer beside a flooder its own", async () => {
    const flooder = newBench();
    const echoer = newBench();
    const order: string[] = [];
    echoer.owner.acts.onMessage = () => void order.push("echo");
    flooder.transport.resume = () => void order.push("flood again");
    flood(flooder);
    setImmediate(() => echoer.receive(text("1")));
    await nextTurn();
    await nextTurn();
    assert.deepEqual(order.sort(), ["echo", "flood again"]);
    assert.deepEqual(flooder.transport.calls, ["pause"]);
  });

  test("is not resumed by itself when the owner has paused meanwhile", async () => {
    const bench = newBench();
    flood(bench);
    bench.connection.pause();
    await nextTurn();
    await nextTurn();
    assert.ok(!bench.transport.calls.includes("resume"));
  });

  test("is never over for reads that emptied the line", async () => {
    const bench = newBench();
    bench.connection.onData(frameFor("server", { opcode: "binary", announced: 10_000_000n }));
    for (let count = 0; count < 100; count++) bench.connection.onData(pattern(65_535));
    assert.deepEqual(bench.transport.calls, []);
  });

  test("is over after 256 KiB in pieces that say nothing of the line, as those of TLS", () => {
    class PiecewiseTransport extends FakeTransport {
      override readonly copies = true;
    }
    const transport = new PiecewiseTransport();
    const connection = new Connection(new Owner(), transport, settingsWith({}));
    connection.start();
    const piece = fullRead.subarray(0, 16_384);
    for (let count = 0; count < 15; count++) connection.onData(piece.slice());
    assert.deepEqual(transport.calls, []);
    connection.onData(piece.slice());
    assert.deepEqual(transport.calls, ["pause"]);
    connection.terminate();
  });
});

describe("back-pressure", () => {
  test("send is false above the high-water mark, and the drain is told exactly once", async () => {
    const bench = newBench({ highWaterMark: 30_000 });
    const { connection, owner, transport } = bench;
    transport.holding = true;
    assert.equal(connection.send(pattern(20_000)), true);
    assert.equal(connection.send(pattern(20_000)), false);
    assert.equal(connection.send("x"), false);
    await nextTurn();
    assert.deepEqual(owner.events, []);
    drainAll(bench);
    assert.deepEqual(owner.events, ["drain"]);
    assert.equal(connection.bufferedAmount, 0);
    connection.send("below");
    await nextTurn();
    assert.deepEqual(owner.events, ["drain"]);
  });

  test("what only waits for the end of the turn is not above any mark", () => {
    const { connection, owner, receive } = newBench({ highWaterMark: 0 });
    assert.equal(connection.send(pattern(1000)), true);
    owner.acts.onMessage = () => assert.equal(connection.send(pattern(1000)), true);
    receive(text("1"));
    assert.deepEqual(owner.uncaught, []);
  });

  test("a drain that sends again is told again", () => {
    const bench = newBench({ highWaterMark: 10_000 });
    const { connection, owner, transport } = bench;
    let left = 3;
    owner.acts.onDrain = () => {
      if (left-- > 0) connection.send(pattern(20_000));
    };
    transport.holding = true;
    connection.send(pattern(20_000));
    while (transport.buffered > 0) {
      transport.drain();
      connection.onDrain();
    }
    assert.deepEqual(owner.events, ["drain", "drain", "drain", "drain"]);
  });

  test("a drain is told while the connection is closing, too", () => {
    const bench = newBench({ highWaterMark: 0 });
    bench.transport.holding = true;
    bench.connection.send(pattern(20_000));
    bench.connection.close(1000);
    drainAll(bench);
    assert.deepEqual(bench.owner.events, ["closing", "drain"]);
  });
});

describe("the outgoing limit", () => {
  function fullBench(overflow: ConnectionSettings["overflow"]): Bench {
    const bench = newBench({ overflow, outgoingLimit: 1000, highWaterMark: 500 });
    bench.transport.holding = true;
    bench.connection.send("held");
    bench.transport.holding = true;
    return bench;
  }

  test("closes with 1013 by default", async () => {
    const bench = fullBench("close");
    const { connection, owner } = bench;
    await nextTurn();
    assert.equal(connection.send(pattern(900)), false);
    assert.equal(connection.send(pattern(200)), false);
    assert.deepEqual(owner.events, ["failure 1013", "closing"]);
    drainAll(bench);
    assertSent(
      bench.transport,
      text("held"),
      { opcode: "binary", payload: pattern(900) },
      close(1013, "the outgoing queue exceeded 1000 bytes"),
    );
  });

  test("closes once, whatever the owner sends when it is told", async () => {
    const { connection, owner } = fullBench("close");
    owner.acts.onFailure = () => assert.equal(connection.send(pattern(2000)), false);
    await nextTurn();
    connection.send(pattern(2000));
    assert.deepEqual(owner.events, ["failure 1013", "closing"]);
    assert.deepEqual(owner.uncaught, []);
  });

  test("drops the newest where it is told to, and the drain is still told", async () => {
    const bench = fullBench("drop-newest");
    const { connection, owner } = bench;
    await nextTurn();
    assert.equal(connection.send(pattern(2000)), false);
    assert.equal(connection.send("kept"), true);
    assert.deepEqual(owner.events, ["dropped 1"]);
    drainAll(bench);
    assert.deepEqual(owner.events, ["dropped 1", "drain"]);
    assertSent(bench.transport, text("held"), text("kept"));
  });

  test("drops the oldest where it is told to, but no control frame", async () => {
    const bench = fullBench("drop-oldest");
    const { connection, owner } = bench;
    await nextTurn();
    connection.send(pattern(400, 1));
    connection.ping(toBytes("?"));
    connection.send(pattern(400, 2));
    connection.send(pattern(400, 3));
    assert.deepEqual(owner.events, ["dropped 1"]);
    assert.equal(connection.send(pattern(2000)), false);
    assert.deepEqual(owner.events, ["dropped 1", "dropped 2", "dropped 1"]);
    drainAll(bench);
    assertSent(bench.transport, text("held"), { opcode: "ping", payload: "?" });
  });

  test("does not bind what the transport takes", () => {
    const { connection, owner } = newBench({ outgoingLimit: 1000 });
    for (let count = 0; count < 1000; count++) assert.equal(connection.send(pattern(20_000)), true);
    assert.deepEqual(owner.events, []);
  });
});

describe("what an owner may ask for besides", () => {
  test("another limit than the settings', from the next frame on", () => {
    const { owner, connection, receive } = newBench();
    receive(text("four"));
    connection.maxMessageSize = 3;
    receive(text("one"), text("four"));
    assert.deepEqual(owner.messages, ["four", "one"]);
    assert.equal(owner.errors[0]?.code, 1009);
  });

  test("a text as its bytes", () => {
    const { owner, receive } = newBench({ texts: "bytes" });
    const seen: Uint8Array[] = [];
    owner.acts.onUtf8 = (data) => void seen.push(data);
    receive(text("zwölf"));
    assert.deepEqual([seen, owner.messages], [[Uint8Array.from(toBytes("zwölf"))], []]);
  });

  test("what throws in onUtf8 is told, and the next message comes", () => {
    const { owner, receive } = newBench({ texts: "bytes" });
    owner.acts.onUtf8 = () => {
      throw new Error("mine");
    };
    receive(text("a"), text("b"));
    assert.equal(owner.uncaught.length, 2);
  });

  test("where the fragments of a binary message ended", () => {
    const { owner, connection, receive } = newBench();
    const seen: unknown[] = [];
    owner.acts.onMessage = (_data, cuts) => void seen.push(cuts);
    const fragments: readonly FrameParts[] = [
      { opcode: "binary", fin: 0, payload: "abc" },
      { opcode: "continuation", fin: 0 },
      { opcode: "continuation", payload: "de" },
    ];
    receive(...fragments);
    connection.cutting = true;
    receive(...fragments, { opcode: "binary", payload: "whole" }, ...fragments);
    assert.deepEqual(seen, [undefined, [3, 5], undefined, [3, 5]]);
  });

  test("pings and pongs, which are answered before they are told, or not at all", async () => {
    const told: string[] = [];
    for (const autoPong of [true, false]) {
      const { owner, transport, receive } = newBench({ autoPong });
      owner.acts.onPing = (data) => void told.push(`ping ${Buffer.from(data)}`);
      owner.acts.onPong = (data) => void told.push(`pong ${Buffer.from(data)}`);
      receive({ opcode: "ping", payload: "1" }, { opcode: "pong", payload: "2" });
      await nextTurn();
      const answer: readonly FrameParts[] = autoPong ? [{ opcode: "pong", payload: "1" }] : [];
      assertSent(transport, ...answer);
    }
    assert.deepEqual(told, ["ping 1", "pong 2", "ping 1", "pong 2"]);
  });

  test("what comes after our own Close", () => {
    for (const tellsLate of [true, false]) {
      const { owner, connection, receive } = newBench({ tellsLate });
      connection.close(1000);
      receive(text("late"));
      assert.deepEqual(owner.messages, tellsLate ? ["late"] : []);
    }
  });

  test("that a client ends the stream as well when both Closes are out", async () => {
    for (const endsStream of [true, false]) {
      const { transport, receive } = newBench({ role: "client", endsStream });
      receive(close(1000));
      await nextTurn();
      assert.deepEqual(transport.calls, endsStream ? ["end"] : []);
    }
  });

  test("a text that is UTF-8 already, and a pong of its own", async () => {
    const { connection, transport } = newBench();
    assert.equal(connection.sendUtf8(toBytes("zwölf")), true);
    connection.pong(toBytes("!"));
    await nextTurn();
    assertSent(transport, text("zwölf"), { opcode: "pong", payload: "!" });
    connection.close();
    assert.equal(connection.sendUtf8(toBytes("late")), false);
  });
});

describe("when something has been written", () => {
  test("is told after the call, in order, once it has left", async () => {
    const { connection, transport } = newBench();
    const told: string[] = [];
    connection.send("a");
    connection.whenWritten((error) => told.push(`a ${transport.wire.length} ${error}`));
    connection.send("bc");
    connection.whenWritten((error) => told.push(`b ${transport.wire.length} ${error}`));
    assert.deepEqual(told, []);
    await nextTurn();
    assert.deepEqual(told, ["a 7 null", "b 7 null"]);
  });

  test("is told as the transport lets go of it, not only at the end", async () => {
    const { connection, transport } = newBench({ outgoingLimit: 1 << 24 });
    const told: number[] = [];
    transport.holding = true;
    for (const size of [100_000, 300_000, 300_000]) {
      connection.send(pattern(size));
      connection.whenWritten(() => told.push(size));
    }
    await nextTurn();
    assert.deepEqual(told, []);
    transport.drain();
    connection.onDrain();
    assert.deepEqual(told, [100_000]);
    transport.drain();
    connection.onDrain();
    assert.deepEqual(told, [100_000, 300_000]);
    transport.drain();
    connection.onDrain();
    assert.deepEqual(told, [100_000, 300_000, 300_000]);
  });

  test("is told with an error when the stream is gone before, or was already", async () => {
    const { connection, transport, owner } = newBench();
    const told: string[] = [];
    transport.holding = true;
    connection.send("held");
    connection.whenWritten((error) => told.push(`first: ${error?.message}`));
    await nextTurn();
    connection.onClose(undefined);
    assert.ok(owner.closed);
    connection.whenWritten((error) => told.push(`second: ${error?.message}`));
    await nextTurn();
    const why = "The connection closed before this was written out";
    assert.deepEqual(told, [`first: ${why}`, `second: ${why}`]);
  });

  test("is told with the stream's own error, if that is why", async () => {
    const { connection, transport } = newBench();
    const told: unknown[] = [];
    const broken = new Error("broken");
    transport.holding = true;
    connection.send("held");
    connection.whenWritten((error) => told.push(error));
    await nextTurn();
    connection.onClose(broken);
    assert.deepEqual(told, [broken]);
  });
});

test("all that is queued can be given to a stream that is slow, in order", async () => {
  const { connection, transport } = newBench({ outgoingLimit: 1 << 24 });
  transport.holding = true;
  const pieces = [300_000, 300_000, 5].map((size) => pattern(size));
  for (const piece of pieces) connection.send(piece);
  await nextTurn();
  assert.ok(transport.buffered < 300_100);
  const size = connection.bufferedAmount;
  connection.handOver();
  assert.equal(transport.buffered, size);
  assert.equal(connection.bufferedAmount, size);
  transport.drain();
  connection.onDrain();
  const frames = pieces.map((payload) => frameFor("client", { opcode: "binary", payload }));
  assert.deepEqual(transport.wire, join(...frames));
  connection.onClose(undefined);
  connection.handOver();
});

describe("messages told apart", () => {
  /** A client whose owner writes down, long after each message, that its promises have run. */
  function benchApart(separate: number): Bench & { readonly log: string[] } {
    const bench = newBench({ role: "client", separate });
    const log: string[] = [];
    const { acts } = bench.owner;
    acts.onMessage = async (data) => {
      log.push(String(data));
      for (let depth = 0; depth < 9; depth++) await undefined;
      log.push(`after ${data}`);
    };
    acts.onClosing = () => void log.push("closing");
    acts.onClose = () => void log.push("close");
    return { ...bench, log };
  }

  test("come one by one, and all promises run before the next", async () => {
    const { receive, log } = benchApart(9);
    await nextTurn();
    receive(text("1"), text("2"), text("3"));
    assert.deepEqual(log, ["1"]);
    await nextTurn();
    assert.deepEqual(log, ["1", "after 1", "2", "after 2", "3", "after 3"]);
  });

  test("come in one go without the setting", async () => {
    const { receive, log } = benchApart(0);
    receive(text("1"), text("2"));
    assert.deepEqual(log, ["1", "2"]);
    await nextTurn();
  });

  test("are as many of a read as the setting says, and the rest in one go", async () => {
    const { receive, log } = benchApart(2);
    await nextTurn();
    receive(text("1"), text("2"), text("3"), text("4"));
    await nextTurn();
    receive(text("5"), text("6"));
    await nextTurn();
    const first = ["1", "after 1", "2", "after 2", "3", "4", "after 3", "after 4"];
    assert.deepEqual(log, [...first, "5", "after 5", "6", "after 6"]);
  });

  test("do not begin before the promises of whoever started the connection ran", async () => {
    const { receive, log } = benchApart(9);
    receive(text("1"));
    assert.deepEqual(log, []);
    await nextTurn();
    assert.deepEqual(log, ["1", "after 1"]);
  });

  test("come whole and in order whatever the pieces, read while promises run", async () => {
    const { connection, log } = benchApart(9);
    const frames = ["1", "2", "3"].map((payload) => frameFor("client", text(payload)));
    for (const piece of cut(join(...frames), [2, 2, 2, 2])) {
      connection.onData(piece);
      piece.fill(0xff);
    }
    await nextTurn();
    assert.deepEqual(
      log.filter((line) => line.length === 1),
      ["1", "2", "3"],
    );
  });

  test("may be answered by promises, before the Close that came with them is", async () => {
    const { transport, connection, owner, receive } = benchApart(9);
    await nextTurn();
    owner.acts.onMessage = (data) => void Promise.resolve().then(() => connection.send(data));
    receive(text("1"), text("2"), close(1000));
    await nextTurn();
    assert.deepEqual(owner.messages, ["1", "2"]);
    assert.equal(transport.writes, 1, "all of it leaves together");
    const sizes = [2 + 4 + 1, 2 + 4 + 1, 2 + 4 + 2];
    assert.equal(
      transport.wire.length,
      sizes.reduce((sum, size) => sum + size),
    );
  });

  test("come before the end of the stream", async () => {
    const { connection, receive, log } = benchApart(9);
    await nextTurn();
    receive(text("1"), text("2"));
    connection.onEnd();
    assert.deepEqual(log, ["1"]);
    await nextTurn();
    assert.deepEqual(log, ["1", "after 1", "2", "closing", "after 2"]);
  });

  test("come at once when the stream is gone, and nothing after", async () => {
    const { connection, receive, log } = benchApart(9);
    await nextTurn();
    receive(text("1"), text("2"), text("3"));
    connection.onClose(undefined);
    assert.deepEqual(log, ["1", "2", "3", "closing", "close"]);
    await nextTurn();
    assert.deepEqual(log.slice(5), ["after 1", "after 2", "after 3"]);
  });

  test("wait while their owner pauses, from a promise too", async () => {
    const { connection, owner, receive, log } = benchApart(9);
    await nextTurn();
    const { onMessage } = owner.acts;
    owner.acts.onMessage = (data) => {
      onMessage?.(data);
      Promise.resolve().then(() => connection.pause());
    };
    receive(text("1"), text("2"));
    await nextTurn();
    assert.deepEqual(log, ["1", "after 1"]);
    connection.resume();
    await nextTurn();
    assert.deepEqual(log, ["1", "after 1", "2", "after 2"]);
  });

  test("are not told after terminate", async () => {
    const { connection, receive, log } = benchApart(9);
    await nextTurn();
    receive(text("1"), text("2"));
    connection.terminate();
    connection.onClose(undefined);
    await nextTurn();
    assert.deepEqual(log, ["1", "closing", "close", "after 1"]);
  });
});

describe("a connection with compression", () => {
  const long = "compressible";
  const deflated: FrameParts = { opcode: "text", rsv: 4, payload: "Zelbisserpmoc" };
  /** Counts how often it is told of a message that it has not compressed. */
  const counting = (): { codec: MessageCodec; forgotten: number } => {
    const count = {
      forgotten: 0,
      codec: { ...backwardsCodec, forgetSent: () => void count.forgotten++ },
    };
    return count;
  };

  test("compresses what is sent unless it is told not to", async () => {
    const { connection, transport } = newBench({}, backwardsCodec);
    connection.send(long);
    connection.send(long, true);
    connection.send(long, false);
    await nextTurn();
    assertSent(transport, deflated, deflated, text(long));
  });

  test("tells the codec of messages that others compressed, and of no other", async () => {
    const count = counting();
    const { connection, transport } = newBench({}, count.codec);
    const plain = encodeMessage(long, runtime);
    const shared = encodeDeflated(plain, count.codec.shared, runtime);
    assert.ok(shared !== undefined);
    connection.sendEncoded(plain);
    assert.equal(count.forgotten, 0);
    connection.sendEncoded(shared);
    assert.equal(count.forgotten, 1);
    const batch = new Batch();
    connection.joinBatch(batch, false);
    assert.equal(count.forgotten, 1);
    connection.joinBatch(batch, true);
    assert.equal(count.forgotten, 2);
    transport.holding = true;
    connection.send("x".repeat(100_000), false);
    assert.equal(connection.joinBatch(batch, true), false, "it is blocked");
    assert.equal(count.forgotten, 2);
  });

  test("gives a codec's failure to its owner, and never to who sends", () => {
    const cause = new Error("no memory");
    const fail = (): never => {
      throw cause;
    };
    const { connection, owner } = newBench({}, { ...backwardsCodec, deflate: fail });
    assert.equal(connection.send(long), false);
    assert.equal(connection.send(toBytes(long)), false);
    assert.equal(connection.sendUtf8(toBytes(long)), false);
    assert.deepEqual(owner.uncaught, [cause, cause, cause]);
    assert.equal(connection.send(long, false), true, "the owner decides how it ends");
  });

  test("ends with 1011 when the codec fails on what came, and tells its owner why", () => {
    const cause = new Error("no memory");
    const fail = (): never => {
      throw cause;
    };
    const bench = newBench({}, { ...backwardsCodec, inflate: fail });
    bench.owner.acts.onUncaught = () => bench.connection.close(1011);
    bench.receive(deflated, text("after"));
    assert.deepEqual(bench.owner.uncaught, [cause]);
    assert.deepEqual(bench.owner.events, ["failure 1011", "closing"]);
    assert.deepEqual(bench.owner.messages, []);
    assertSent(bench.transport, close(1011, "an internal error"));
    assert.ok(bench.transport.calls.includes("end"));
  });

  test("holds the codec no more once it has closed", () => {
    const { connection } = newBench({}, backwardsCodec);
    connection.onClose(undefined);
    assert.equal(connection.shared, undefined);
  });
});
