import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nextTurn } from "./fake-transport.test.util.ts";
import { join, pattern } from "./frames.test.util.ts";
import { type MemoryPairOptions, type MemoryTransport, memoryPair } from "./memory-pair.ts";
import { Recorder } from "./recorder.test.util.ts";
import { describeTransport } from "./transport-contract.test.util.ts";

describeTransport("a wire in memory", async () => memoryPair());
describeTransport("a wire in memory that delivers seven bytes at a time", async () =>
  memoryPair({ chunkSize: 7 }),
);

interface Wire {
  readonly near: MemoryTransport;
  readonly far: MemoryTransport;
  readonly nearSees: Recorder;
  readonly farSees: Recorder;
}

function startWire(options: MemoryPairOptions): Wire {
  const [near, far] = memoryPair(options);
  const nearSees = new Recorder();
  const farSees = new Recorder();
  near.start(nearSees);
  far.start(farSees);
  return { near, far, nearSees, farSees };
}

test("pieces have the size that the options name", async () => {
  const [near, far] = memoryPair({ chunkSize: 3 });
  const sizes: number[] = [];
  const sees = new Recorder();
  far.start({
    onData: (bytes) => sizes.push(bytes.length),
    onEnd: () => sees.onEnd(),
    onDrain() {},
    onClose() {},
  });
  near.write(pattern(8));
  near.end();
  await sees.until(() => sees.events.includes("end"));
  assert.deepEqual(sizes, [3, 3, 2]);
});

test("the wire holds its capacity before a write is held", () => {
  const { near, far } = startWire({ capacity: 10 });
  assert.equal(near.write(pattern(10)), true);
  assert.equal(near.buffered, 0);
  assert.equal(near.write(pattern(1)), false);
  assert.equal(near.buffered, 1);
  assert.equal(far.unread, 11);
});

test("written keeps the pieces as they were when they were written", () => {
  const { near } = startWire({});
  const bytes = pattern(4);
  near.write(bytes);
  bytes.fill(0);
  near.writeAll([pattern(2), pattern(3)]);
  assert.deepEqual(near.written, [pattern(4), pattern(2), pattern(3)]);
});

describe("a fault", () => {
  test("reset breaks both ends after the bytes before it", async () => {
    const { far, nearSees, farSees } = startWire({ faults: [{ after: 5, fault: "reset" }] });
    far.write(pattern(8));
    await nearSees.until(() => nearSees.closed);
    await farSees.until(() => farSees.closed);
    assert.deepEqual(nearSees.bytes, pattern(5));
    assert.deepEqual(nearSees.events, ["data", "close: read ECONNRESET"]);
    assert.deepEqual(farSees.events, ["close: read ECONNRESET"]);
  });

  test("happens as soon as its bytes have been delivered, though none follow", async () => {
    for (const after of [0, 5]) {
      const { far, nearSees } = startWire({ faults: [{ after, fault: "reset" }] });
      if (after > 0) far.write(pattern(after));
      await nearSees.until(() => nearSees.closed);
      assert.equal(nearSees.count, after);
    }
  });

  test("end is a FIN towards one side, and nothing more comes there", async () => {
    const { near, far, nearSees, farSees } = startWire({ faults: [{ after: 5, fault: "end" }] });
    far.write(pattern(8));
    await nearSees.until(() => nearSees.events.includes("end"));
    far.write(pattern(8));
    near.write(pattern(2));
    await farSees.until(() => farSees.count === 2);
    await nextTurn();
    assert.deepEqual(nearSees.events, ["data", "end"]);
    assert.equal(nearSees.count, 5);
  });

  test("that is planned later counts from what was delivered by then", async () => {
    const { near, far, nearSees } = startWire({});
    far.write(pattern(8));
    await nearSees.until(() => nearSees.count === 8);
    near.plan([
      { after: 9, fault: "stall" },
      { after: 5, fault: "reset" },
    ]);
    far.write(pattern(20));
    await nearSees.until(() => nearSees.closed);
    assert.deepEqual(nearSees.bytes, join(pattern(8), pattern(20).slice(0, 5)));
    assert.equal(nearSees.events.at(-1), "close: read ECONNRESET");
  });

  test("stall delivers nothing more and says nothing", async () => {
    const { near, far, nearSees, farSees } = startWire({
      capacity: 10,
      peerFaults: [{ after: 5, fault: "stall" }],
    });
    assert.equal(near.write(pattern(100)), false);
    near.end();
    far.resume();
    await nextTurn();
    assert.deepEqual(farSees.bytes, pattern(5));
    assert.deepEqual(farSees.events, ["data"]);
    assert.deepEqual(nearSees.events, []);
  });
});

test("who drops the stream after its FIN ends it, and before breaks it", async () => {
  const orderly = startWire({});
  orderly.near.end();
  orderly.near.destroy();
  await orderly.farSees.until(() => orderly.farSees.events.includes("end"));
  const broken = startWire({});
  broken.near.destroy();
  await broken.farSees.until(() => broken.farSees.closed);
  assert.deepEqual(broken.farSees.events, ["close: read ECONNRESET"]);
});

test("an end that starts after the wire broke is told", async () => {
  const [near, far] = memoryPair();
  near.start(new Recorder());
  near.reset();
  await nextTurn();
  const sees = new Recorder();
  far.start(sees);
  await sees.until(() => sees.closed);
  assert.deepEqual(sees.events, ["close: read ECONNRESET"]);
});

describe("a mistake is named at the call:", () => {
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ["pieces of nothing", { chunkSize: 0 }, /^"chunkSize" must be .* at least 1, not 0$/],
    ["no room at all", { capacity: Number.NaN }, /^"capacity" must be .*, not NaN$/],
    ["an unknown fault", { faults: [{ after: 1, fault: "rest" }] }, /or "stall", not "rest"$/],
    ["a fault without its place", { peerFaults: [{ fault: "end" }] }, /not undefined$/],
  ];
  for (const [what, options, message] of cases) {
    test(what, () => assert.throws(() => memoryPair(options), { name: "TypeError", message }));
  }
});
