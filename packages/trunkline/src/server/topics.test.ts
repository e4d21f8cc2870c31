import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Batch } from "../connection/batch.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { Outbox } from "../connection/outbox.ts";
import { CodecError, type SharedCodec } from "../protocol/codec.ts";
import { encodeDeflated, encodeMessage } from "../protocol/writer.ts";
import { FakeTransport, nextTurn } from "../testing/fake-transport.test.util.ts";
import { backwardsCodec } from "../testing/frames.test.util.ts";
import { type Subscriber, type Subscription, Topics } from "./topics.ts";

fc.configureGlobal({ seed: 6455 });

class Listener implements Subscriber {
  readonly frames: Uint8Array[] = [];
  readonly shared: SharedCodec | undefined;

  constructor(shared?: SharedCodec) {
    this.shared = shared;
  }

  sendEncoded(frame: Uint8Array): boolean {
    this.frames.push(frame);
    return true;
  }
  joinBatch(): boolean {
    return false;
  }
  leaveBatch(): void {}
}

describe("topics", () => {
  it("send to every subscriber the same frame, encoded once", () => {
    const topics = new Topics();
    const listeners = [new Listener(), new Listener()];
    for (const listener of listeners) topics.subscribe("news", listener);
    assert.equal(topics.publish("news", "hi"), 2);
    const [one, other] = listeners;
    assert.deepEqual([...one.frames[0]], [0x81, 2, 0x68, 0x69]);
    assert.equal(one.frames[0], other.frames[0]);
  });

  it("leave out the sender, and count without it", () => {
    const topics = new Topics();
    const [sender, other] = [new Listener(), new Listener()];
    topics.subscribe("news", sender);
    topics.subscribe("news", other);
    assert.equal(topics.publish("news", Uint8Array.of(7), sender), 1);
    assert.deepEqual(sender.frames, []);
    assert.deepEqual([...other.frames[0]], [0x82, 1, 7]);
  });

  it("send nothing to who has left, however often that is said", () => {
    const topics = new Topics();
    const [stays, leaves] = [new Listener(), new Listener()].map((listener) =>
      topics.subscribe("news", listener),
    );
    assert.equal(topics.publish("news", "hi"), 2);
    topics.unsubscribe(leaves);
    topics.unsubscribe(leaves);
    assert.equal(topics.publish("news", "hi"), 1);
    topics.unsubscribe(stays);
    assert.equal(topics.publish("news", "hi"), 0);
  });

  it("keep apart what has different names, whatever the names are", () => {
    const topics = new Topics();
    const listener = new Listener();
    topics.subscribe("__proto__", listener);
    assert.equal(topics.publish("constructor", "hi"), 0);
    assert.equal(topics.publish("", "hi"), 0);
    assert.equal(topics.publish("__proto__", "hi"), 1);
  });

  it("bear a subscriber that leaves while a message is sent", () => {
    const topics = new Topics();
    const last = new Listener();
    const leaving: Subscriber = {
      shared: undefined,
      sendEncoded() {
        topics.unsubscribe(left);
        return false;
      },
      joinBatch: () => false,
      leaveBatch() {},
    };
    const left = topics.subscribe("news", leaving);
    topics.subscribe("news", last);
    assert.equal(topics.publish("news", "one"), 2);
    assert.equal(topics.publish("news", "two"), 1);
    assert.equal(last.frames.length, 2);
  });

  it("take an ArrayBuffer, and refuse at the call what has no bytes, subscribers or not", () => {
    const topics = new Topics();
    const listener = new Listener();
    topics.subscribe("news", listener);
    topics.publish("news", Uint8Array.of(1, 2).buffer);
    assert.deepEqual([...listener.frames[0]], [0x82, 2, 1, 2]);
    const wrong = 5 as unknown as string; // as from plain JavaScript
    assert.throws(() => topics.publish("news", wrong), TypeError);
    assert.throws(() => topics.publish("empty", wrong), TypeError);
  });
});

describe("what is published to subscribers with compression", () => {
  const long = "compressible";
  /** Counts what it compresses; the rest is the other's. */
  function counting(): { readonly shared: SharedCodec; readonly seen: string[] } {
    const seen: string[] = [];
    const deflate = (payload: Uint8Array, force?: boolean): Uint8Array | undefined => {
      seen.push(`${Buffer.from(payload)} ${force}`);
      return backwardsCodec.deflate(payload);
    };
    return { shared: { deflate }, seen };
  }

  it("is compressed once for all who agreed on the same, and goes out plain to the others", () => {
    const topics = new Topics();
    const [one, other] = [counting(), counting()];
    const listeners = [one, one, other, undefined].map((by) => new Listener(by?.shared));
    for (const listener of listeners) topics.subscribe("news", listener);
    assert.equal(topics.publish("news", long), 4);
    assert.deepEqual([one.seen, other.seen], [[`${long} false`], [`${long} false`]]);
    const [first, second, third, plain] = listeners.map(({ frames }) => frames[0]);
    assert.equal(first, second);
    assert.equal(Buffer.from(first).toString("latin1"), "\xc1\x0dZelbisserpmoc");
    assert.deepEqual(third, first);
    assert.equal(Buffer.from(plain).toString("latin1"), `\x81\x0c${long}`);
  });

  it("is the same frame for all where compression declines", () => {
    const topics = new Topics();
    const listeners = [new Listener(counting().shared), new Listener()];
    for (const listener of listeners) topics.subscribe("news", listener);
    topics.publish("news", "hi");
    assert.equal(listeners[0].frames[0], listeners[1].frames[0]);
  });

  it("is compressed or not as the publisher chooses", () => {
    const topics = new Topics();
    const { shared, seen } = counting();
    const listener = new Listener(shared);
    topics.subscribe("news", listener);
    topics.publish("news", long, undefined, false);
    topics.publish("news", long, undefined, true);
    assert.deepEqual(seen, [`${long} true`]);
    assert.deepEqual(
      listener.frames.map((frame) => frame[0]),
      [0x81, 0xc1],
    );
  });

  it("goes out plain when the codec fails", () => {
    const topics = new Topics();
    const deflate = (): never => {
      throw new Error("no memory");
    };
    const listener = new Listener({ deflate });
    topics.subscribe("news", listener);
    assert.equal(topics.publish("news", long), 1);
    assert.equal(listener.frames[0][0], 0x81);
    assert.throws(() => encodeDeflated(listener.frames[0], { deflate }, nodeRuntime), CodecError);
  });

  it("gathers in a batch for each kind, and tells who sends compressed frames", () => {
    const topics = new Topics();
    const told: [Batch, boolean][] = [];
    const joiner = (shared: SharedCodec | undefined): Subscriber => ({
      shared,
      sendEncoded: () => assert.fail("it was sent apart"),
      joinBatch: (batch, deflated) => told.push([batch, deflated]) > 0,
      leaveBatch() {},
    });
    topics.subscribe("news", joiner(undefined));
    topics.subscribe("news", joiner(backwardsCodec.shared));
    topics.publish("news", long);
    topics.publish("news", "hi");
    assert.deepEqual(
      told.map(([, deflated]) => deflated),
      [false, true, false, false],
    );
    const [plain, deflated] = told.map(([batch]) => batch);
    assert.notEqual(plain, deflated);
    assert.equal(told[3][0], deflated, "its own batch takes plain frames, too");
  });

  it("reaches a kind no more once its last subscriber left, and again when one comes", () => {
    const topics = new Topics();
    const { shared, seen } = counting();
    const [compressed, plain] = [new Listener(shared), new Listener()];
    const subscription = topics.subscribe("news", compressed);
    topics.subscribe("news", plain);
    topics.unsubscribe(subscription);
    assert.equal(topics.publish("news", long), 1);
    assert.deepEqual(seen, []);
    topics.subscribe("news", compressed);
    assert.equal(topics.publish("news", long), 2);
    assert.equal(seen.length, 1);
  });
});

/** A subscriber with a real outbox, and what it should have sent by now. */
class Line implements Subscriber {
  readonly transport = new FakeTransport();
  readonly outbox = new Outbox(this.transport, "close");
  readonly expected: number[] = [];
  readonly shared: SharedCodec | undefined;

  constructor(shared?: SharedCodec) {
    this.shared = shared;
  }

  sendEncoded(frame: Uint8Array): boolean {
    if (frame.length > 16_384) {
      this.outbox.push(frame);
    } else {
      this.outbox.reserve(frame.length);
      this.outbox.buffer.set(frame, this.outbox.length);
      this.outbox.length += frame.length;
    }
    this.outbox.commit();
    return true;
  }
  joinBatch(batch: Batch): boolean {
    return this.outbox.join(batch);
  }
  leaveBatch(): void {
    this.outbox.leave();
  }
}

describe("what one turn publishes", () => {
  it("leaves in one write for each subscriber, the very same bytes", async () => {
    const topics = new Topics();
    const lines = [new Line(), new Line(), new Line()];
    for (const line of lines) topics.subscribe("news", line);
    for (let i = 0; i < 16; i++) topics.publish("news", `message ${i}`);
    assert.equal(lines[0].transport.writes, 0);
    await nextTurn();
    for (const { transport } of lines) {
      assert.equal(transport.writes, 1);
      assert.equal(transport.given[0], lines[0].transport.given[0]);
    }
  });

  it("counts as queued until then", () => {
    const topics = new Topics();
    const line = new Line();
    topics.subscribe("news", line);
    topics.publish("news", "0123456789");
    topics.publish("news", "0123456789");
    assert.equal(line.outbox.size, 24);
  });

  it("leaves before the turn's end when there is much of it", async () => {
    const topics = new Topics();
    const line = new Line();
    topics.subscribe("news", line);
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      topics.publish("news", "x".repeat(1000));
      most = Math.max(most, line.outbox.size);
    }
    assert.ok(most <= 140_000, `${most} bytes were queued`);
    await nextTurn();
    assert.equal(line.transport.wire.length, 10_000 * 1004);
  });

  it("reaches everybody, whatever is sent to them when a subscriber cannot take it", async () => {
    const topics = new Topics();
    const line = new Line();
    const notice = encodeMessage("somebody is slow", nodeRuntime);
    const slow: Subscriber = {
      shared: undefined,
      sendEncoded: () => line.sendEncoded(notice),
      joinBatch: () => false,
      leaveBatch() {},
    };
    topics.subscribe("news", line);
    topics.subscribe("news", slow);
    assert.equal(topics.publish("news", "hi"), 2);
    await nextTurn();
    const expected = [encodeMessage("hi", nodeRuntime), notice];
    assert.deepEqual(
      [...line.transport.wire],
      expected.flatMap((frame) => [...frame]),
    );
  });

  it("keeps every subscriber's order, whatever else it sends, joins, leaves or cannot take", async () => {
    const who = fc.nat(2);
    const topic = fc.constantFrom("a", "b");
    const size = fc.oneof(fc.nat(200), fc.constantFrom(3000, 5000, 16_384, 20_000, 66_000));
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.constant("publish" as const), topic, size, fc.nat(5)) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("send" as const), who, size) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("subscribe" as const), who, topic) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("unsubscribe" as const), who, topic) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("flush" as const), who) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("block" as const), who) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("drain" as const), who) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("turn" as const)) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const topics = new Topics();
        const lines = [new Line(), new Line(backwardsCodec.shared), new Line()];
        const members = { a: new Map<Line, Subscription>(), b: new Map<Line, Subscription>() };
        const join = (name: "a" | "b", line: Line): void => {
          if (!members[name].has(line)) members[name].set(line, topics.subscribe(name, line));
        };
        const leave = (name: "a" | "b", line: Line): void => {
          const subscription = members[name].get(line);
          if (subscription !== undefined) topics.unsubscribe(subscription);
          members[name].delete(line);
        };
        let sequence = 0;
        const message = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(++sequence);
        const expect = (line: Line, data: Uint8Array, shared?: SharedCodec): void => {
          const frame = encodeMessage(data, nodeRuntime);
          line.expected.push(...((shared && encodeDeflated(frame, shared, nodeRuntime)) ?? frame));
        };
        const drain = ({ transport, outbox }: Line): void => {
          transport.holding = false;
          if (transport.buffered === 0) return;
          transport.drain();
          outbox.drained();
        };
        for (const line of lines) join("a", line);
        for (const one of steps) {
          if (one[0] === "publish") {
            const except = lines.at(one[3] - 3);
            const data = message(one[2]);
            topics.publish(one[1], data, one[3] < 3 ? undefined : except);
            for (const line of members[one[1] as "a" | "b"].keys()) {
              if (one[3] < 3 || line !== except) expect(line, data, line.shared);
            }
          } else if (one[0] === "turn") {
            await nextTurn();
          } else {
            const line = lines[one[1]];
            if (one[0] === "send") {
              const data = message(one[2]);
              line.sendEncoded(encodeMessage(data, nodeRuntime));
              expect(line, data);
            } else if (one[0] === "subscribe") {
              join(one[2] as "a" | "b", line);
            } else if (one[0] === "unsubscribe") {
              leave(one[2] as "a" | "b", line);
            } else if (one[0] === "flush") line.outbox.flush();
            else if (one[0] === "block") line.transport.holding = true;
            else drain(line);
          }
        }
        await nextTurn();
        for (const line of lines) {
          for (let i = 0; i < 20; i++) drain(line);
          assert.equal(line.outbox.size, 0);
          assert.ok(Buffer.from(line.expected).equals(line.transport.wire));
        }
      }),
      { numRuns: 150 },
    );
  });
});
