/** What a transport over a stream keeps while an opening handshake is read from it: another receiver, or the stream back. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { describe, type TestContext, test } from "node:test";
import type { DuplexTransport } from "../connection/duplex-transport.ts";
import { nextTurn } from "./fake-transport.test.util.ts";
import { cut, pattern } from "./frames.test.util.ts";
import { Recorder } from "./recorder.test.util.ts";
import type { StreamPair } from "./stream-pairs.test.util.ts";

/** Far less than what the other end writes, and more than streams hold. Bytes. */
const HELD_AT_MOST = 1_048_576;

class Once extends Recorder {
  readonly #act: (bytes: Uint8Array) => void;

  constructor(act: (bytes: Uint8Array) => void) {
    super();
    this.#act = act;
  }

  override onData(bytes: Uint8Array, length: number = bytes.length): void {
    this.#act(bytes.subarray(0, length));
    super.onData(bytes, length);
  }
}

async function received(stream: Duplex, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  stream.on("data", (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
  });
  stream.resume();
  while (length < count) await nextTurn();
  return Buffer.concat(pieces);
}

export function describePassingOn(
  name: string,
  open: (t: TestContext) => Promise<StreamPair>,
  make: (stream: Duplex) => DuplexTransport,
): void {
  describe(name, () => {
    test("tells another receiver from the second start on", async (t) => {
      const [near, far] = await open(t);
      const transport = make(near);
      const second = new Recorder();
      const first = new Once(() => transport.start(second));
      transport.start(first);
      far.write(pattern(10));
      await first.until(() => first.count === 10);
      far.write(pattern(20));
      await second.until(() => second.count === 20);
      near.destroy();
      await second.until(() => second.closed);
      assert.deepEqual([first.events, second.events], [["data"], ["data", "close"]]);
    });

    test("gives the stream back, with the bytes that came first", async (t) => {
      const [near, far] = await open(t);
      const transport = make(near);
      const first = new Once((bytes) => transport.release(bytes));
      transport.start(first);
      far.write(pattern(10));
      await first.until(() => first.count === 10);
      far.write(pattern(70_000, 7));
      const bytes = await received(near, 70_010);
      assert.deepEqual(bytes, Buffer.concat([pattern(10), pattern(70_000, 7)]));
      far.end();
      await once(near, "end");
      near.destroy();
      await nextTurn();
      assert.deepEqual(first.events, ["data"]);
    });

    test("gives the stream back before anything came", async (t) => {
      const [near, far] = await open(t);
      const transport = make(near);
      const first = new Recorder();
      transport.start(first);
      await nextTurn();
      transport.release(new Uint8Array(0));
      far.write(pattern(10));
      assert.deepEqual(await received(near, 10), Buffer.from(pattern(10)));
      near.write(pattern(5));
      assert.deepEqual(await received(far, 5), Buffer.from(pattern(5)));
      assert.deepEqual(first.events, []);
    });

    test("gives back a stream that nobody reads, and it holds no more than it must", async (t) => {
      const [near, far] = await open(t);
      const transport = make(near);
      transport.start(new Once((bytes) => transport.release(bytes)));
      const whole = pattern(16_777_216);
      for (const piece of cut(whole, [65_536])) far.write(piece);
      for (let turn = 0; turn < 100; turn++) await nextTurn();
      assert.ok(near.readableLength < HELD_AT_MOST, `${near.readableLength} bytes are held`);
      assert.equal(Buffer.compare(await received(near, whole.length), whole), 0);
    });

    test("leaves nothing on a stream that it gave back", async (t) => {
      const [near] = await open(t);
      const events = ["data", "error", "end", "close", "drain"];
      const listeners = (): number[] => events.map((event) => near.listenerCount(event));
      const before = listeners();
      const transport = make(near);
      const sees = new Recorder();
      transport.start(sees);
      transport.release(new Uint8Array(0));
      assert.deepEqual(listeners(), before);
      near.on("error", () => {});
      near.destroy(new Error("whatever"));
      await nextTurn();
      assert.deepEqual(sees.events, []);
    });

    test("gives back a stream that sees the other's end also while it is paused", async (t) => {
      const [near, far] = await open(t);
      const transport = make(near);
      const first = new Once((bytes) => transport.release(bytes));
      transport.start(first);
      far.write(pattern(10));
      await first.until(() => first.count === 10);
      await received(near, 10);
      near.pause();
      far.end(pattern(10));
      // What a socket has read, and that there is no more, it holds itself.
      while (
        !(near as Duplex & { readonly _readableState: { ended: boolean } })._readableState.ended
      )
        await nextTurn();
      assert.equal(near.readableLength, 10);
    });

    test("reads a stream again that it gave back", async (t) => {
      const [near, far] = await open(t);
      const first = make(near);
      first.start(new Recorder());
      first.release(pattern(3));
      const second = make(near);
      const sees = new Recorder();
      second.start(sees);
      near.resume();
      far.write(pattern(10, 7));
      await sees.until(() => sees.count === 13);
      assert.deepEqual(Buffer.from(sees.bytes), Buffer.concat([pattern(3), pattern(10, 7)]));
      second.pause();
      far.write(pattern(1000));
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      assert.equal(sees.count, 13);
      second.resume();
      await sees.until(() => sees.count === 1013);
    });

    test("sends the end of a handshake before the frames, and does not count it", async (t) => {
      for (const started of [false, true]) {
        const [near, far] = await open(t);
        const transport = make(near);
        if (started) transport.start(new Recorder());
        transport.writeHead("HTTP/1.1 101 \xe9\r\n\r\n");
        assert.equal(transport.buffered, 0);
        if (!started) transport.start(new Recorder());
        transport.write(pattern(10));
        const expected = [Buffer.from("HTTP/1.1 101 \xe9\r\n\r\n", "latin1"), pattern(10)];
        assert.deepEqual(await received(far, 28), Buffer.concat(expected));
      }
    });
  });
}
