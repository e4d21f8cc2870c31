import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { DuplexTransport } from "../connection/duplex-transport.ts";
import { calm } from "./calm.ts";
import { pattern } from "./frames.test.util.ts";
import { type MemoryPairOptions, memoryPair } from "./memory-pair.ts";
import { describeTransport } from "./transport-contract.test.util.ts";
import { WireStream } from "./wire-stream.ts";

function streamPair(options: MemoryPairOptions = {}): [WireStream, WireStream] {
  const [near, far] = memoryPair(options);
  const halfOpen = { allowHalfOpen: true };
  return [new WireStream(near, halfOpen), new WireStream(far, halfOpen)];
}

for (const [name, options] of [
  ["a stream over a wire in memory", {}],
  ["a stream over a wire that delivers seven bytes at a time", { chunkSize: 7 }],
] as const) {
  describeTransport(name, async () => {
    const [near, far] = streamPair(options);
    return [new DuplexTransport(near), new DuplexTransport(far)];
  });
}

test("pieces stay as the wire delivers them", async () => {
  const [near, far] = streamPair({ chunkSize: 3 });
  const sizes: number[] = [];
  far.on("data", (piece: Buffer) => sizes.push(piece.length));
  near.end(pattern(8));
  await once(far, "end");
  assert.deepEqual(sizes, [3, 3, 2]);
});

test("a write is done when the wire has taken it", async () => {
  const [near, far] = streamPair({ capacity: 10 });
  const done: number[] = [];
  near.write(pattern(10), () => done.push(10));
  near.write(pattern(5), () => done.push(5));
  await calm();
  assert.deepEqual(done, [10]);
  far.resume();
  await calm();
  assert.deepEqual(done, [10, 5]);
});

describe("a fault", () => {
  test("is seen after every byte before it, however late the reader comes", async () => {
    const [near, far] = streamPair({ peerFaults: [{ after: 5, fault: "reset" }] });
    near.on("error", () => {});
    near.write(pattern(8));
    await calm();
    const read: Buffer[] = [];
    far.on("data", (piece: Buffer) => read.push(piece));
    const [error] = await once(far, "error");
    assert.equal(error.code, "ECONNRESET");
    assert.deepEqual(new Uint8Array(Buffer.concat(read)), pattern(5));
    assert.ok(near.destroyed);
  });

  test("end ends the stream", async () => {
    const [near, far] = streamPair({ peerFaults: [{ after: 5, fault: "end" }] });
    near.write(pattern(8));
    let count = 0;
    far.on("data", (piece: Buffer) => {
      count += piece.length;
    });
    await once(far, "end");
    assert.equal(count, 5);
  });
});

test("a stream that is destroyed ends the other", async () => {
  const [near, far] = streamPair();
  near.destroy();
  far.resume().end();
  await once(far, "close");
  assert.equal(far.errored, null);
});

test("a stream that is destroyed with bytes unread breaks the other", async () => {
  const [near, far] = streamPair();
  far.resume();
  far.write(pattern(1));
  near.destroy();
  const [error] = await once(far, "error");
  assert.equal(error.code, "ECONNRESET");
});

test("without half-open connections, the other's end is answered with one's own", async () => {
  const [first, second] = memoryPair();
  const near = new WireStream(first, { allowHalfOpen: true });
  const far = new WireStream(second, { allowHalfOpen: false });
  far.resume();
  near.resume().end();
  await once(near, "close");
  assert.ok(far.closed || far.destroyed);
});
