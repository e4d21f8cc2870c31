import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { pattern } from "../testing/frames.test.util.ts";
import { describePassingOn } from "../testing/passing-on.test.util.ts";
import { Recorder } from "../testing/recorder.test.util.ts";
import {
  type StreamPair,
  streamPair,
  tcpPair,
  tlsPair,
} from "../testing/stream-pairs.test.util.ts";
import { describeTransport, type OpenPair } from "../testing/transport-contract.test.util.ts";
import { DuplexTransport } from "./duplex-transport.ts";

function overPair(openStreams: (t: TestContext) => Promise<StreamPair>): OpenPair {
  return async (t) => {
    const [near, far] = await openStreams(t);
    return [new DuplexTransport(near), new DuplexTransport(far)];
  };
}

describeTransport("a Duplex transport over TCP", overPair(tcpPair));
describeTransport("a Duplex transport over TLS", overPair(tlsPair));
describeTransport("a Duplex transport over two streams in one process", overPair(streamPair), {
  silentDestroy: true,
});

const make = (stream: Duplex): DuplexTransport => new DuplexTransport(stream);
describePassingOn("a Duplex transport that passes TCP on", tcpPair, make);
describePassingOn("a Duplex transport that passes two streams on", streamPair, make);

test("a stream that breaks closes with its error", async () => {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const sees = new Recorder();
  new DuplexTransport(stream).start(sees);
  stream.destroy(new Error("the cable was cut"));
  await sees.until(() => sees.closed);
  assert.deepEqual(sees.events, ["close: the cable was cut"]);
});

test("what a write in the place of a socket's own holds back may be overwritten meanwhile", async (t) => {
  const [near, far] = await tcpPair(t);
  const { write } = near;
  near.write = (chunk: Uint8Array) => {
    setImmediate(() => write.call(near, chunk));
    return true;
  };
  const sees = new Recorder();
  new DuplexTransport(far).start(sees);
  const transport = new DuplexTransport(near);
  transport.start(new Recorder());
  const bytes = pattern(10);
  transport.write(bytes);
  bytes.fill(0);
  await sees.until(() => sees.count === 10);
  assert.deepEqual(sees.bytes, pattern(10));
});

test("a write that fails is no drain", async () => {
  const stream = new Duplex({
    read() {},
    write: (_chunk, _encoding, done) => void setImmediate(() => done(new Error("write EPIPE"))),
  });
  const transport = new DuplexTransport(stream);
  const sees = new Recorder();
  transport.start(sees);
  assert.equal(transport.write(pattern(10)), false);
  await sees.until(() => sees.closed);
  assert.deepEqual(sees.events, ["close: write EPIPE"]);
});

test("a stream that ended before the start says so", async () => {
  const [near, far] = await streamPair();
  far.end();
  near.resume();
  await new Promise((resolve) => near.once("end", resolve));
  const sees = new Recorder();
  new DuplexTransport(near).start(sees);
  await nextTurn();
  assert.deepEqual(sees.events, ["end"]);
  near.destroy();
});

test("a socket's own timeout and delay are not for an open line", async (t) => {
  const [near, far] = await tcpPair(t);
  near.setTimeout(1000);
  const noDelay: unknown[] = [];
  near.setNoDelay = (on) => {
    noDelay.push(on);
    return near;
  };
  new DuplexTransport(near).start(new Recorder());
  assert.equal(near.timeout, 0);
  assert.deepEqual(noDelay, [true]);
  near.destroy();
  far.destroy();
});

test("what a stream could not take has not left", async () => {
  const broken = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done(new Error("broken"));
    },
  });
  const sees = new Recorder();
  const transport = new DuplexTransport(broken);
  transport.start(sees);
  assert.equal(transport.write(pattern(10)), false);
  assert.equal(transport.write(pattern(10)), false);
  await sees.until(() => sees.closed);
  assert.match(String(sees.error), /broken/);
  assert.equal(transport.write(pattern(10)), false);
});

test("ref and unref reach the socket, and a stream without them does not mind", async (t) => {
  const [near, far] = await tcpPair(t);
  const calls: string[] = [];
  const note = (name: string) => () => {
    calls.push(name);
    return near;
  };
  near.ref = note("ref");
  near.unref = note("unref");
  const transport = new DuplexTransport(near);
  transport.unref();
  transport.ref();
  assert.deepEqual(calls, ["unref", "ref"]);
  const [plain] = await streamPair();
  new DuplexTransport(plain).ref();
  new DuplexTransport(plain).unref();
  near.destroy();
  far.destroy();
});
