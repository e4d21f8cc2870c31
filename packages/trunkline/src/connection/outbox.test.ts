import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BINARY, FIN, PING } from "../protocol/frame.ts";
import { Writer } from "../protocol/writer.ts";
import { FakeTransport, nextTurn } from "../testing/fake-transport.test.util.ts";
import { frameFor, join, pattern, runtime, toBytes } from "../testing/frames.test.util.ts";
import { Outbox } from "./outbox.ts";

fc.configureGlobal({ seed: 6455 });

interface Bench {
  readonly transport: FakeTransport;
  readonly outbox: Outbox;
  readonly writer: Writer;
}

/** One that brings the peer's answers before a write returns, as streams in memory do. */
class AnsweredTransport extends FakeTransport {
  readonly answers: (() => void)[] = [];

  override writeAll(pieces: readonly Uint8Array[]): boolean {
    const left = super.writeAll(pieces);
    this.answers.shift()?.();
    return left;
  }
}

function newBench(
  overflow: "close" | "drop-newest" | "drop-oldest" = "close",
  transport: FakeTransport = new FakeTransport(),
): Bench {
  const outbox = new Outbox(transport, overflow);
  return { transport, outbox, writer: new Writer("server", runtime, outbox, undefined) };
}

/** As a connection sends a message: one that an overflow policy may drop. */
function sendMessage({ outbox, writer }: Bench, data: string | Uint8Array): void {
  outbox.droppable = true;
  if (typeof data === "string") writer.text(data, false);
  else writer.bytes(BINARY, data, false);
  outbox.droppable = false;
}

function sendPing({ writer }: Bench, data: string): void {
  writer.frame(FIN | PING, toBytes(data));
}

const text = (payload: string): Uint8Array => frameFor("client", { opcode: "text", payload });
const binary = (payload: Uint8Array): Uint8Array =>
  frameFor("client", { opcode: "binary", payload });
const ping = (payload: string): Uint8Array => frameFor("client", { opcode: "ping", payload });

/** The transport sends what it held, and the outbox hears of it, until nothing is left. */
function drainAll({ transport, outbox }: Bench): void {
  for (let round = 0; transport.buffered > 0; round++) {
    assert.ok(round < 10_000, "it never drains");
    transport.drain();
    outbox.drained();
  }
}

describe("what one turn produced", () => {
  test("leaves in one write at the turn's end", async () => {
    const bench = newBench();
    for (const word of ["one", "two", "three"]) sendMessage(bench, word);
    assert.equal(bench.transport.writes, 0);
    assert.equal(bench.outbox.size, 5 + 5 + 7);
    await nextTurn();
    assert.equal(bench.transport.writes, 1);
    assert.equal(bench.outbox.size, 0);
    assert.deepEqual(bench.transport.wire, join(text("one"), text("two"), text("three")));
  });

  test("leaves in one write over the microtasks of that turn as well", async () => {
    const bench = newBench();
    for (let count = 0; count < 5; count++) {
      sendMessage(bench, "a");
      await undefined;
    }
    await nextTurn();
    assert.equal(bench.transport.writes, 1);
  });

  test("leaves in one write at the end of the read that caused it", () => {
    const bench = newBench();
    bench.outbox.hold();
    for (let count = 0; count < 100; count++) sendMessage(bench, "echo");
    assert.equal(bench.transport.writes, 0);
    bench.outbox.release();
    assert.equal(bench.transport.writes, 1);
  });

  test("leaves once, when the peer's answer comes and is answered inside of the write", async () => {
    const transport = new AnsweredTransport();
    const bench = newBench("close", transport);
    const answer = (word: string): void => {
      bench.outbox.hold();
      sendMessage(bench, word);
      bench.outbox.release();
    };
    transport.answers.push(
      () => answer("two"),
      () => {
        transport.holding = true;
        answer("three");
        answer("four");
      },
    );
    sendMessage(bench, "one");
    await nextTurn();
    drainAll(bench);
    const words = ["one", "two", "three", "four"].map((word) => text(word));
    assert.deepEqual(transport.wire, join(...words));
  });

  test("leaves in the order in which it was sent, small, large, control and end", async () => {
    const bench = newBench();
    sendMessage(bench, "small");
    sendMessage(bench, pattern(100_000));
    sendPing(bench, "?");
    sendMessage(bench, "é".repeat(20_000));
    sendMessage(bench, pattern(16_384));
    bench.outbox.end();
    await nextTurn();
    const expected = [text("small"), binary(pattern(100_000)), ping("?")];
    expected.push(text("é".repeat(20_000)), binary(pattern(16_384)));
    assert.deepEqual(bench.transport.wire, join(...expected));
    assert.deepEqual(bench.transport.calls, ["end"]);
  });

  test("leaves at once when it is a block full, so that a loop of sends needs no more than blocks", () => {
    for (const size of [60, 4000, 16_384, 16_385, 65_536]) {
      const { transport, outbox, writer } = newBench();
      let sent = 0;
      let most = 0;
      transport.writeAll = (pieces) => {
        for (const piece of pieces) sent += piece.length;
        return true;
      };
      const payload = pattern(size);
      const rounds = Math.ceil((size > 60 ? 100_000_000 : 10_000_000) / size);
      for (let count = 0; count < rounds; count++) {
        writer.bytes(BINARY, payload, false);
        if (outbox.size > most) most = outbox.size;
      }
      outbox.flush();
      assert.ok(most <= 65_536 + 1024, `${most} bytes were held`);
      assert.equal(sent, rounds * binary(payload).length);
    }
  });
});

describe("the bytes of a message", () => {
  for (const holding of [false, true]) {
    test(`up to 16 KiB are taken at the call, by a transport that ${holding ? "holds" : "takes"}`, async () => {
      const bench = newBench();
      bench.transport.holding = holding;
      sendMessage(bench, "first");
      await nextTurn();
      const data = pattern(16_384);
      sendMessage(bench, data);
      data.fill(0);
      await nextTurn();
      drainAll(bench);
      assert.deepEqual(bench.transport.wire, join(text("first"), binary(pattern(16_384))));
    });
  }

  test("over 16 KiB are handed to the transport in the same call, by reference", () => {
    const bench = newBench();
    const data = pattern(16_385);
    sendMessage(bench, data);
    assert.ok(bench.transport.given.includes(data));
  });
});

describe("while the transport holds what it was given", () => {
  test("nothing more is written, and all of it leaves in order once it drains", async () => {
    const bench = newBench();
    bench.transport.holding = true;
    sendMessage(bench, "held");
    await nextTurn();
    assert.equal(bench.outbox.blocked, true);
    const expected = [text("held")];
    for (let count = 0; count < 50; count++) {
      sendMessage(bench, pattern(count * 900));
      expected.push(binary(pattern(count * 900)));
    }
    bench.outbox.end();
    await nextTurn();
    assert.equal(bench.transport.writes, 1);
    assert.equal(bench.outbox.size, join(...expected).length);
    bench.transport.holding = false;
    drainAll(bench);
    assert.deepEqual(bench.transport.wire, join(...expected));
    assert.equal(bench.outbox.size, 0);
    assert.deepEqual(bench.transport.calls, ["end"]);
  });

  test("a long queue is handed over slice by slice", async () => {
    const bench = newBench();
    bench.transport.holding = true;
    sendMessage(bench, "held");
    await nextTurn();
    for (let count = 0; count < 40; count++) sendMessage(bench, pattern(50_000, count));
    bench.transport.drain();
    assert.equal(bench.outbox.drained(), false);
    assert.ok(bench.transport.buffered <= 262_144 + 50_010, `${bench.transport.buffered}`);
    drainAll(bench);
    const expected = Array.from({ length: 40 }, (_, count) => binary(pattern(50_000, count)));
    assert.deepEqual(bench.transport.wire, join(text("held"), ...expected));
  });

  test("drained says whether nothing is left here either", async () => {
    const bench = newBench();
    bench.transport.holding = true;
    sendMessage(bench, "held");
    await nextTurn();
    sendMessage(bench, "queued");
    bench.transport.drain();
    assert.equal(bench.outbox.drained(), false);
    bench.transport.drain();
    assert.equal(bench.outbox.drained(), true);
  });

  test("the memory it holds is not written again, by this connection or another", async () => {
    const held = newBench();
    const other = newBench();
    held.transport.holding = true;
    sendMessage(held, "held in a block that was shared");
    held.outbox.flush();
    for (let count = 0; count < 200; count++) {
      sendMessage(held, "x".repeat(1000));
      sendMessage(other, "y".repeat(1000));
      other.outbox.flush();
    }
    drainAll(held);
    const expected = Array.from({ length: 200 }, () => text("x".repeat(1000)));
    assert.deepEqual(
      held.transport.wire,
      join(text("held in a block that was shared"), ...expected),
    );
    await nextTurn();
  });

  test("a connection that is held up does not keep the block that the others share", () => {
    const held = newBench();
    const other = newBench();
    held.transport.holding = true;
    sendMessage(held, "a");
    held.outbox.flush();
    sendMessage(held, "queued");
    sendMessage(other, "b");
    const block = other.outbox.buffer;
    other.outbox.flush();
    sendMessage(other, "c");
    assert.equal(other.outbox.buffer, block);
    assert.ok(block.length > 65_536);
    other.outbox.flush();
  });

  test("a connection that is held up in the middle of a read does not keep it either", () => {
    const held = newBench();
    held.transport.holding = true;
    held.outbox.hold();
    sendMessage(held, "small");
    sendMessage(held, pattern(20_000));
    held.outbox.flush();
    held.outbox.release();
    assert.ok(held.outbox.blocked);
    assert.equal(held.outbox.buffer.length, 0);
  });

  test("long texts leave one after the other from one block, and from another while it is held", () => {
    const held = newBench();
    const other = newBench();
    for (const letter of ["a", "b"]) sendMessage(other, letter.repeat(1_048_576));
    const [first, second] = other.transport.given;
    assert.equal(first.buffer, second.buffer);
    held.transport.holding = true;
    sendMessage(held, "c".repeat(500_000));
    sendMessage(other, "d".repeat(500_000));
    drainAll(held);
    assert.deepEqual(held.transport.wire, text("c".repeat(500_000)));
    const expected = ["a".repeat(1_048_576), "b".repeat(1_048_576), "d".repeat(500_000)];
    assert.deepEqual(other.transport.wire, join(...expected.map(text)));
  });
});

type Step =
  | { readonly act: "send" | "text"; readonly who: number; readonly size: number }
  | { readonly act: "ping"; readonly who: number }
  | { readonly act: "flush" | "block" | "drain" | "hold" | "release"; readonly who: number };

test("many outboxes that block at random never mix up their bytes", () => {
  const who = fc.nat(3);
  const size = fc.oneof(
    fc.nat(300),
    fc.constantFrom(900, 5000, 16_380, 16_384, 16_385, 65_530, 65_536, 70_000, 300_000),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ act: fc.constantFrom("send", "text" as const), who, size }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("ping" as const), who }) },
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constantFrom("flush", "block", "drain", "hold", "release" as const),
        who,
      }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const benches = [newBench(), newBench("drop-oldest"), newBench(), newBench("drop-newest")];
      const expected: Uint8Array[][] = benches.map(() => []);
      for (const [index, one] of steps.entries()) {
        const bench = benches[one.who] as Bench; // `who` is an index of it
        const frame = takeStep(bench, one, index);
        if (frame !== undefined) expected[one.who]?.push(frame);
      }
      for (const [index, bench] of benches.entries()) {
        bench.outbox.release();
        bench.transport.holding = false;
        drainAll(bench);
        assert.deepEqual(bench.transport.wire, join(...(expected[index] ?? [])));
        assert.equal(bench.outbox.size, 0);
      }
    }),
    { numRuns: 300 },
  );
});

/** Returns the frame that the step sends, if any. */
function takeStep(bench: Bench, step: Step, seed: number): Uint8Array | undefined {
  const { transport, outbox } = bench;
  switch (step.act) {
    case "send":
      sendMessage(bench, pattern(step.size, seed));
      return binary(pattern(step.size, seed));
    case "text": {
      const said = `${seed % 10}`.repeat(step.size);
      sendMessage(bench, said);
      return text(said);
    }
    case "ping":
      sendPing(bench, `${seed}`);
      return ping(`${seed}`);
    case "block":
      transport.holding = true;
      return undefined;
    case "drain":
      transport.holding = false;
      if (transport.buffered === 0) return undefined;
      transport.drain();
      outbox.drained();
      return undefined;
    default:
      outbox[step.act]();
      return undefined;
  }
}

describe("dropping the oldest", () => {
  function heldBench(): Bench {
    const bench = newBench("drop-oldest");
    bench.transport.holding = true;
    sendMessage(bench, "held");
    bench.outbox.flush();
    return bench;
  }

  test("drops whole messages, the oldest first, and no more than is needed", () => {
    const bench = heldBench();
    for (const word of ["one", "two", "three"]) sendMessage(bench, word);
    assert.equal(bench.outbox.dropOldest(6), 2);
    assert.equal(bench.outbox.size, text("held").length + text("three").length);
    drainAll(bench);
    assert.deepEqual(bench.transport.wire, join(text("held"), text("three")));
  });

  test("keeps control frames, and what the transport has already", () => {
    const bench = heldBench();
    sendPing(bench, "1");
    sendMessage(bench, "one");
    sendPing(bench, "2");
    assert.equal(bench.outbox.dropOldest(1000), 1);
    drainAll(bench);
    assert.deepEqual(bench.transport.wire, join(text("held"), ping("1"), ping("2")));
  });

  test("drops a large message as one, its header with its payload", () => {
    for (const needed of [1, 10, 11, 50_000]) {
      const bench = heldBench();
      sendMessage(bench, pattern(50_000));
      sendMessage(bench, "after");
      assert.equal(bench.outbox.dropOldest(needed), 1);
      drainAll(bench);
      assert.deepEqual(bench.transport.wire, join(text("held"), text("after")), `${needed}`);
    }
  });

  test("never drops the payload of a header that has left", () => {
    const bench = heldBench();
    const sizes = [262_131, 50_000, 60_000, 70_000];
    for (const size of sizes) sendMessage(bench, pattern(size));
    bench.transport.drain();
    bench.outbox.drained();
    bench.outbox.dropOldest(1_000_000);
    drainAll(bench);
    const frames = [text("held"), ...sizes.map((size) => binary(pattern(size)))];
    const candidates = frames.map((_, count) => join(...frames.slice(0, count + 1)).length);
    assert.ok(candidates.includes(bench.transport.wire.length), "it ends between two frames");
  });
});

describe("the place in the stream", () => {
  test("of the next frame, and up to which all has left", async () => {
    const bench = newBench();
    const { outbox, transport } = bench;
    assert.deepEqual([outbox.position, outbox.left], [0, 0]);
    sendMessage(bench, "one");
    assert.deepEqual([outbox.position, outbox.left], [5, 0]);
    await nextTurn();
    assert.deepEqual([outbox.position, outbox.left], [5, 5]);
    transport.holding = true;
    sendMessage(bench, pattern(100_000));
    sendMessage(bench, pattern(400_000));
    await nextTurn();
    assert.deepEqual([outbox.position, outbox.left], [500_025, 5]);
    transport.drain();
    outbox.drained();
    assert.deepEqual([outbox.position, outbox.left], [500_025, 100_015]);
    drainAll(bench);
    assert.deepEqual([outbox.position, outbox.left], [500_025, 500_025]);
  });

  test("is not passed by what the transport could not take", async () => {
    class FailingTransport extends FakeTransport {
      override writeAll(): boolean {
        return false;
      }
    }
    const transport = new FailingTransport();
    const outbox = new Outbox(transport, "close");
    const writer = new Writer("server", runtime, outbox, undefined);
    sendMessage({ transport, outbox, writer }, "lost");
    await nextTurn();
    assert.equal(transport.buffered, 0);
    assert.deepEqual([outbox.position, outbox.left], [6, 0]);
  });
});

describe("the end", () => {
  test("is sent once, after everything", async () => {
    const bench = newBench();
    sendMessage(bench, "last");
    bench.outbox.end();
    bench.outbox.end();
    await nextTurn();
    assert.deepEqual(bench.transport.wire, text("last"));
    assert.deepEqual(bench.transport.calls, ["end"]);
  });

  test("after discard nothing is written any more", async () => {
    const bench = newBench();
    sendMessage(bench, "lost");
    bench.outbox.discard();
    sendMessage(bench, "lost as well");
    bench.outbox.flush();
    await nextTurn();
    assert.equal(bench.transport.writes, 0);
  });
});
