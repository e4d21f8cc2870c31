import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  closePayload,
  frameFor,
  join,
  KeepingSink,
  pattern,
  type Role,
  runtime,
  toBytes,
} from "../testing/frames.test.util.ts";
import { Core, type ReadEvent, type State, transitions, type Verb } from "./core.ts";
import { failures } from "./failures.ts";
import { encodeMessage } from "./writer.ts";

interface Bench {
  readonly core: Core;
  readonly sink: KeepingSink;
}

function newBench(role: Role = "server"): Bench {
  const sink = new KeepingSink();
  return { core: new Core({ role, maxMessageSize: 1000, runtime, sink }), sink };
}

function receive(core: Core, ...wire: readonly Uint8Array[]): ReadEvent[] {
  core.feed(join(...wire));
  const events: ReadEvent[] = [];
  for (let event = core.next(); event !== undefined; event = core.next()) events.push(event);
  return events;
}

const theirClose = frameFor("server", { opcode: "close", payload: closePayload(1001, "gone") });
const broken = frameFor("server", { opcode: 3 });

/** Makes each verb of the closing handshake happen from outside. */
const acts: Readonly<Record<Verb, (core: Core) => void>> = {
  closeSent: (core) => core.close(1000),
  closeReceived: (core) => void receive(core, theirClose),
  failed: (core) => void receive(core, broken),
};

/** The shortest way into each state. */
const ways: Readonly<Record<State, readonly Verb[]>> = {
  open: [],
  closedByUs: ["closeSent"],
  closedByPeer: ["closeReceived"],
  closed: ["closeSent", "closeReceived"],
  failed: ["failed"],
};

function coreIn(state: State): Bench {
  const bench = newBench();
  for (const verb of ways[state]) acts[verb](bench.core);
  assert.equal(bench.core.state, state);
  bench.sink.take();
  return bench;
}

const states = Object.keys(transitions) as State[]; // a literal's keys are its type's
const verbs = Object.keys(acts) as Verb[];

describe("the table of the closing handshake (section 7)", () => {
  for (const state of states) {
    for (const verb of verbs) {
      const row: Partial<Record<Verb, State>> = transitions[state];
      const next = row[verb];
      if (next !== undefined) {
        test(`${state}: ${verb} leads to ${next}`, () => {
          const { core } = coreIn(state);
          acts[verb](core);
          assert.equal(core.state, next);
        });
      } else if (verb === "closeSent") {
        test(`${state}: a second Close of ours is the caller's fault`, () => {
          const { core, sink } = coreIn(state);
          assert.throws(() => core.close(1000), /closeSent is not possible/);
          assert.equal(core.state, state);
          assert.equal(sink.take().length, 0);
        });
      } else {
        test(`${state}: ${verb} does not happen, since what comes is discarded`, () => {
          const { core } = coreIn(state);
          acts[verb](core);
          assert.equal(core.state, state);
        });
      }
    }
  }

  test("every state but the two ends can be left, and every state can be reached", () => {
    const reached = new Set(Object.values(transitions).flatMap((row) => Object.values(row)));
    assert.deepEqual([...reached].sort(), states.filter((state) => state !== "open").sort());
  });
});

describe("after our Close, theirs or a failure", () => {
  const intents: Readonly<Record<string, (core: Core) => void>> = {
    "a text": (core) => core.text("a"),
    "a binary": (core) => core.binary(pattern(3)),
    "a text as bytes": (core) => core.utf8(toBytes("a")),
    "an encoded message": (core) => core.encoded(encodeMessage("a", runtime)),
    "a fragment": (core) => core.fragment("a", false),
    "a ping": (core) => core.ping(pattern(1)),
    "a pong": (core) => core.pong(pattern(1)),
  };
  for (const state of states.filter((name) => name !== "open")) {
    for (const [name, act] of Object.entries(intents)) {
      test(`${name} is not sent in ${state}`, () => {
        const { core, sink } = coreIn(state);
        assert.throws(() => act(core), /not open/);
        assert.equal(sink.take().length, 0);
      });
    }
  }
});

describe("the closing handshake", () => {
  for (const role of ["client", "server"] as const) {
    const peer = role === "client" ? "server" : "client";

    test(`a ${role}'s Close has its code and reason`, () => {
      const { core, sink } = newBench(role);
      core.close(1001, "going");
      assertSent(sink, peer, "close", closePayload(1001, "going"));
    });
  }

  test("a Close without a code has no body", () => {
    const { core, sink } = newBench();
    core.close();
    assertSent(sink, "client", "close", new Uint8Array(0));
  });

  test("messages still arrive between our Close and theirs", () => {
    const { core } = coreIn("closedByUs");
    const late = frameFor("server", { opcode: "text", payload: "late" });
    const events = receive(core, late, theirClose);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["text", "close"],
    );
    assert.equal(core.state, "closed");
  });

  test("both may close at once", () => {
    const { core } = newBench();
    core.close(1000);
    assert.deepEqual(receive(core, theirClose), [
      { type: "close", close: { code: 1001, reason: "gone" } },
    ]);
    assert.equal(core.state, "closed");
  });

  test("a code that must not be sent, or a reason over 123 bytes, is the caller's fault", () => {
    const { core, sink } = newBench();
    for (const code of [0, 999, 1004, 1006, 1015, 2000, 5000, 1000.5, Number.NaN]) {
      assert.throws(() => core.close(code), RangeError, `${code}`);
    }
    assert.throws(() => core.close(1000, "é".repeat(62)), RangeError);
    assert.equal(core.state, "open");
    assert.equal(sink.take().length, 0);
    core.close(1000, `${"é".repeat(61)}!`);
    assert.equal(sink.take().length, 2 + 125);
  });
});

describe("a failure", () => {
  test("tells the peer why, once, when the connection was open (section 7.1.7)", () => {
    const { core, sink } = newBench();
    const { code, reason } = failures.reservedOpcode;
    assert.deepEqual(receive(core, broken, broken), [
      { type: "fail", failure: failures.reservedOpcode, found: 3 },
    ]);
    assertSent(sink, "client", "close", closePayload(code, reason));
  });

  test("after our own Close sends no second one", () => {
    const { core, sink } = coreIn("closedByUs");
    assert.equal(receive(core, broken).length, 1);
    assert.equal(core.state, "failed");
    assert.equal(sink.take().length, 0);
  });
});

describe("fragments (section 5.4)", () => {
  test("the first names the kind, the others continue, the last has FIN", () => {
    const { core, sink } = newBench();
    core.fragment("one ", false);
    core.ping(toBytes("?"));
    core.fragment("two ", false);
    core.fragment("three", true);
    core.fragment(pattern(3), true);
    const expected = join(
      frameFor("client", { opcode: "text", fin: 0, payload: "one " }),
      frameFor("client", { opcode: "ping", payload: "?" }),
      frameFor("client", { opcode: "continuation", fin: 0, payload: "two " }),
      frameFor("client", { opcode: "continuation", payload: "three" }),
      frameFor("client", { opcode: "binary", payload: pattern(3) }),
    );
    assert.deepEqual(sink.take(), expected);
  });

  test("no message may begin before the last fragment went out", () => {
    const { core, sink } = newBench();
    core.fragment("a", false);
    sink.take();
    for (const act of [
      () => core.text("b"),
      () => core.binary(pattern(1)),
      () => core.utf8(pattern(1)),
      () => core.encoded(encodeMessage("b", runtime)),
    ]) {
      assert.throws(act, /not finished/);
    }
    assert.equal(sink.take().length, 0);
    core.fragment("", true);
    core.text("b");
  });

  test("a Close may come between them", () => {
    const { core, sink } = newBench();
    core.fragment("a", false);
    sink.take();
    core.close(1000);
    assertSent(sink, "client", "close", closePayload(1000));
  });
});

test("a ping or pong over 125 bytes is the caller's fault", () => {
  const { core, sink } = newBench();
  assert.throws(() => core.ping(pattern(126)), RangeError);
  assert.throws(() => core.pong(pattern(126)), RangeError);
  assert.equal(sink.take().length, 0);
  core.ping(pattern(125));
  assertSent(sink, "client", "ping", pattern(125));
});

test("the core answers nothing by itself", () => {
  const { core, sink } = newBench();
  receive(core, frameFor("server", { opcode: "ping", payload: "?" }), theirClose);
  assert.equal(sink.take().length, 0);
});

test("after stop no event comes, and the state stays", () => {
  const { core } = newBench();
  core.feed(frameFor("server", { opcode: "text", payload: "a" }));
  core.stop();
  assert.equal(core.next(), undefined);
  assert.equal(core.state, "open");
});

function assertSent(
  sink: KeepingSink,
  receiver: Role,
  opcode: "close" | "ping",
  payload: Uint8Array,
): void {
  const bytes = sink.take();
  // A client draws its key: take it from the wire.
  const key = bytes.slice(2, 6);
  assert.deepEqual(bytes, frameFor(receiver, { opcode, payload, key }));
}
