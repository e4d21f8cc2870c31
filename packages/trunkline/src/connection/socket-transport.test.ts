import assert from "node:assert/strict";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { pattern } from "../testing/frames.test.util.ts";
import { describePassingOn } from "../testing/passing-on.test.util.ts";
import { Recorder } from "../testing/recorder.test.util.ts";
import { streamPair, tcpPair, tlsPair } from "../testing/stream-pairs.test.util.ts";
import { describeTransport, type OpenPair } from "../testing/transport-contract.test.util.ts";
import { isFastSocket, SocketTransport } from "./socket-transport.ts";

type Streams = typeof tcpPair;

function overSockets(openStreams: Streams): OpenPair {
  return async (t) => {
    const [near, far] = await openStreams(t);
    assert.ok(isFastSocket(near) && isFastSocket(far), "this Node lacks what the transport needs");
    return [new SocketTransport(near), new SocketTransport(far)];
  };
}

describeTransport("the socket transport over TCP", overSockets(tcpPair));
describeTransport("the socket transport over TLS", overSockets(tlsPair));

const make = (stream: Duplex): SocketTransport => {
  assert.ok(isFastSocket(stream));
  return new SocketTransport(stream);
};
describePassingOn("a socket transport that passes TCP on", tcpPair, make);
describePassingOn("a socket transport that passes TLS on", tlsPair, make);

test("only a live socket is read the fast way", async (t) => {
  const [stream] = await streamPair();
  assert.equal(isFastSocket(stream), false);
  const [near] = await tcpPair(t);
  near.destroy();
  assert.equal(isFastSocket(near), false);
});

test("what the socket read by itself before the start comes first", async (t) => {
  const [near, far] = await tcpPair(t);
  far.write(pattern(1000));
  while (near.readableLength < 1000) await nextTurn();
  const sees = new Recorder();
  assert.ok(isFastSocket(near));
  new SocketTransport(near).start(sees);
  far.write(pattern(500, 7));
  await sees.until(() => sees.count === 1500);
  assert.deepEqual(sees.bytes, new Uint8Array([...pattern(1000), ...pattern(500, 7)]));
});

test("what the socket read by itself comes before the end that came with it", async (t) => {
  const [near, far] = await tcpPair(t);
  far.end(pattern(1000));
  while (near.readableLength < 1000) await nextTurn();
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  const sees = new Recorder();
  assert.ok(isFastSocket(near));
  new SocketTransport(near).start(sees);
  await sees.until(() => sees.events.includes("end"));
  assert.deepEqual(sees.events, ["data", "end"]);
  assert.deepEqual(sees.bytes, pattern(1000));
});

test("started and paused while the socket delivers a piece, nothing more is read", async (t) => {
  const [near, far] = await tcpPair(t);
  const sees = new Recorder();
  const started = new Promise<SocketTransport>((resolve) => {
    near.once("data", () => {
      assert.ok(isFastSocket(near));
      const transport = new SocketTransport(near);
      transport.start(sees);
      transport.pause();
      resolve(transport);
    });
  });
  far.write(pattern(10));
  const transport = await started;
  far.write(pattern(1000));
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  assert.equal(sees.count, 0);
  transport.resume();
  await sees.until(() => sees.count === 1000);
  assert.deepEqual(sees.bytes, pattern(1000));
});

test("the socket that others hold stays the socket", async (t) => {
  const [near, far] = await tcpPair(t);
  const socket = near as Socket; // a TCP pair
  const sees = new Recorder();
  assert.ok(isFastSocket(near));
  new SocketTransport(near).start(sees);
  assert.equal(socket.remoteAddress, "127.0.0.1");
  assert.equal(typeof socket.remotePort, "number");
  let closed = false;
  socket.on("close", () => {
    closed = true;
  });
  socket.unref();
  socket.ref();
  far.write(pattern(10));
  await sees.until(() => sees.count === 10);
  assert.equal(socket.bytesRead, 10);
  socket.destroy();
  await sees.until(() => sees.closed);
  assert.equal(closed, true);
});

test("two sockets read over one block, and each gets its own bytes", async (t) => {
  const pairs = await Promise.all([tcpPair(t), tcpPair(t)]);
  const readers = pairs.map(([near]) => {
    const sees = new Recorder();
    assert.ok(isFastSocket(near));
    new SocketTransport(near).start(sees);
    return sees;
  });
  for (let round = 0; round < 20; round++) {
    for (const [i, [, far]] of pairs.entries()) far.write(pattern(3000, round + 100 * i));
    await nextTurn();
  }
  for (const [i, sees] of readers.entries()) {
    await sees.until(() => sees.count === 60_000);
    const rounds = Array.from({ length: 20 }, (_, round) => pattern(3000, round + 100 * i));
    assert.deepEqual(Buffer.from(sees.bytes), Buffer.concat(rounds));
  }
});

interface Line {
  readonly transport: SocketTransport;
  /** The one that the transport is over. */
  readonly socket: Socket;
  readonly sees: Recorder;
  /** The other end, which nobody reads yet. */
  readonly far: Socket;
}

async function openLine(t: TestContext): Promise<Line> {
  const [socket, far] = await tcpPair(t);
  const sees = new Recorder();
  assert.ok(isFastSocket(socket));
  const transport = new SocketTransport(socket);
  transport.start(sees);
  return { transport, socket, sees, far };
}

function receive(socket: Socket): Recorder {
  const sees = new Recorder();
  assert.ok(isFastSocket(socket));
  new SocketTransport(socket).start(sees);
  return sees;
}

test("writes of others to the socket and ours arrive in the order of the calls", async (t) => {
  const { transport, socket, far } = await openLine(t);
  const received = receive(far);
  const pieces: Uint8Array[] = [];
  const piece = (): Uint8Array => {
    const made = pattern(50_000, pieces.length);
    pieces.push(made);
    return made;
  };
  // More than the system takes, so that some of it waits, here and in the stream.
  for (let round = 0; round < 60; round++) {
    transport.write(piece());
    socket.write(piece());
    transport.writeAll([piece(), piece()]);
    socket.cork();
    transport.write(piece());
    socket.uncork();
  }
  const expected = Buffer.concat(pieces);
  assert.equal(transport.buffered > 0, true);
  await received.until(() => received.count === expected.length);
  assert.equal(Buffer.compare(expected, received.bytes), 0);
  assert.equal(socket.bytesWritten, expected.length);
});

test("what waits in the handle counts as buffered until it has left", async (t) => {
  const { transport, sees, far } = await openLine(t);
  transport.write(pattern(1));
  assert.equal(transport.buffered, 0);
  let written = 1;
  for (let left = true; left; written += 100_000) left = transport.write(pattern(100_000));
  const waiting = transport.buffered;
  assert.ok(waiting > 0 && waiting < written, `${waiting} of ${written} bytes wait`);
  let received = 0;
  far.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  await sees.until(() => sees.events.includes("drain"));
  assert.equal(transport.buffered, 0);
  while (received < written) await nextTurn();
});

test("a write that the system took in two parts is waited for, though nothing is left in the handle", async (t) => {
  const { transport, socket, sees, far } = await openLine(t);
  transport.write(pattern(1));
  const { _handle: handle } = socket as unknown as { readonly _handle: object };
  Object.defineProperty(handle, "writeQueueSize", { get: () => 0 });
  let count = 0;
  while (transport.write(pattern(100_000))) assert.ok(++count < 1000, "it never waits");
  assert.equal(transport.buffered, 0);
  far.resume();
  await sees.until(() => sees.events.includes("drain"));
  assert.equal(transport.write(pattern(1)), true);
});

test("what goes to the stream behind a direct write that waits counts once, and drains with it", async (t) => {
  const { transport, sees, far } = await openLine(t);
  transport.write(pattern(1));
  let written = 1;
  for (let left = true; left; written += 5_000_000) left = transport.write(pattern(5_000_000));
  const waiting = transport.buffered;
  for (let count = 0; count < 2; count++) {
    assert.equal(transport.writeAll([pattern(3_000_000), pattern(10)]), false);
    written += 3_000_010;
  }
  assert.equal(transport.buffered, waiting + 6_000_020);
  const atDrain: number[] = [];
  sees.onDrain = () => {
    atDrain.push(transport.buffered);
  };
  let received = 0;
  far.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  while (received < written) await nextTurn();
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  assert.deepEqual(atDrain, [0]);
});

test("what others write behind a direct write that waits is not counted as ours", async (t) => {
  const { transport, socket, sees, far } = await openLine(t);
  transport.write(pattern(1));
  while (transport.write(pattern(5_000_000)));
  const waiting = transport.buffered;
  socket.write(pattern(1_000_000));
  assert.equal(transport.buffered, waiting);
  let atDrain = -1;
  sees.onDrain = () => {
    atDrain = transport.buffered;
  };
  far.resume();
  while (atDrain === -1) await nextTurn();
  assert.equal(atDrain, 0);
});

test("a write after somebody ended the socket is the stream's error, not a frame behind the FIN", async (t) => {
  const { transport, socket, sees, far } = await openLine(t);
  const received = receive(far);
  transport.write(pattern(10));
  socket.end();
  transport.write(pattern(20));
  await sees.until(() => sees.closed);
  await received.until(() => received.closed || received.events.includes("end"));
  assert.equal(received.count, 10);
  assert.match(String(sees.error), /write after end/);
});

test("a write to a peer that is gone ends in the system's error, as Node words it", async (t) => {
  const { transport, sees, far } = await openLine(t);
  // So that the write finds out, and not the read.
  transport.pause();
  far.resetAndDestroy();
  while (!sees.closed) {
    transport.write(pattern(10));
    await nextTurn();
  }
  const { code, syscall, message } = sees.error as NodeJS.ErrnoException;
  assert.ok(code === "EPIPE" || code === "ECONNRESET", String(code));
  assert.deepEqual([syscall, message], ["write", `write ${code}`]);
});

test("a socket with a timeout is written to through the stream, which pushes the timeout back", async (t) => {
  const { transport, socket, far } = await openLine(t);
  const received = receive(far);
  const { mock } = t.mock.method(socket as Socket & { _write(): void }, "_write");
  for (let count = 0; count < 2; count++) transport.write(pattern(10));
  const before = mock.callCount();
  transport.write(pattern(10));
  assert.equal(mock.callCount(), before);
  socket.setTimeout(60_000);
  transport.write(pattern(10));
  assert.equal(mock.callCount(), before + 1);
  await received.until(() => received.count === 40);
});

test("a socket whose write somebody replaced is written to by that", async (t) => {
  const { transport, socket, far } = await openLine(t);
  const received = receive(far);
  const { mock } = t.mock.method(socket, "write");
  transport.write(pattern(10));
  assert.equal(mock.callCount(), 1);
  await received.until(() => received.count === 10);
});
