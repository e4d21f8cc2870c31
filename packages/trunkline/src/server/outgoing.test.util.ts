/** What leaves a server, and what must not pile up in it: a suite that runs over each transport. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, test } from "node:test";
import { deferred } from "../connection/deferred.ts";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { frameFor, join, pattern } from "../testing/frames.test.util.ts";
import type { RawPeer, Start } from "./raw-peer.test.util.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";

const MIB = 1_048_576;
/** Bytes of one connection handled in one turn, and one read more. */
const TURN = 2 * 262_144;

function isBytes(event: { readonly type: string }, expected: Uint8Array): boolean {
  const { data } = event as { readonly data?: unknown };
  return data instanceof Uint8Array && Buffer.compare(data, expected) === 0;
}

/** Reads a stream without keeping it: how many bytes came, and whether each is what it should be. */
class Meter {
  count = 0;
  readonly #expected: Uint8Array;
  #wanted = 0;
  #done: () => void = () => {};

  /** `expected` over and over. */
  constructor(socket: Socket, expected: Uint8Array) {
    this.#expected = expected;
    socket.removeAllListeners("data");
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const from = this.count % this.#expected.length;
      const size = Math.min(chunk.length - at, this.#expected.length - from);
      const same = chunk.compare(this.#expected, from, from + size, at, at + size) === 0;
      if (!same) throw new Error(`the stream differs near its byte ${this.count}`);
      this.count += size;
      at += size;
    }
    if (this.count >= this.#wanted) this.#done();
  }

  until(count: number): Promise<void> {
    this.#wanted = count;
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }
}

interface Slow {
  readonly peer: RawPeer;
  readonly socket: ServerWebSocket;
  readonly dropped: () => number;
}

export function describeOutgoing(startServer: Start): void {
  describe("what is sent", () => {
    test("up to 16 KiB is taken as it is at the call", async (t) => {
      const { open } = await startServer(t, {
        "/send": {
          message(socket) {
            for (const size of [1, 1000, 16_384]) {
              const bytes = pattern(size);
              socket.send(bytes);
              bytes.fill(0);
            }
          },
        },
      });
      const peer = await open("/send");
      peer.text("go");
      for (const size of [1, 1000, 16_384]) assert.ok(isBytes(await peer.next(), pattern(size)));
    });

    test("100 MB in one loop arrives whole, and no more than the mark and a message waits here", async (t) => {
      const message = pattern(10_000);
      const count = 10_000;
      const highest = deferred<number>();
      const { open } = await startServer(t, {
        "/flood": {
          async message(socket) {
            let most = 0;
            for (let sent = 0; sent < count; sent++) {
              const goesOn = socket.send(message);
              most = Math.max(most, socket.bufferedAmount);
              if (!goesOn) await socket.drained();
            }
            highest.resolve(most);
          },
        },
      });
      const peer = await open("/flood");
      const frame = frameFor("client", { opcode: "binary", payload: message });
      const meter = new Meter(peer.socket, frame);
      peer.text("go");
      await meter.until(count * frame.length);
      const most = await highest.promise;
      assert.ok(most <= 65_536 + frame.length, `${most} bytes waited`);
    });

    test("100 MB without a look at what send returns ends with 1013 at the limit", async (t) => {
      const highest = deferred<number>();
      const { open } = await startServer(t, {
        "/flood": {
          message(socket) {
            let most = 0;
            for (let sent = 0; sent < 10_000; sent++) {
              socket.send(pattern(10_000));
              most = Math.max(most, socket.bufferedAmount);
            }
            highest.resolve(most);
          },
        },
      });
      const peer = await open("/flood");
      peer.socket.pause();
      peer.text("go");
      assert.ok((await highest.promise) <= 16 * MIB + 1000);
      peer.socket.resume();
      assert.equal((await peer.closed()).code, 1013);
    });
  });

  describe("a flooder beside an echoer", () => {
    test("has a bounded part of a turn", async (t) => {
      const flooder = deferred<ServerWebSocket>();
      const payload = pattern(10_000);
      let flooded = 0;
      const at: number[] = [];
      const { open } = await startServer(t, {
        "/flood": {
          open(socket) {
            socket.pause();
            flooder.resolve(socket);
          },
          message(_socket, data) {
            flooded += data.length;
          },
        },
        "/echo": {
          message(socket, data) {
            at.push(flooded);
            socket.send(data);
          },
        },
      });
      const [flood, echo] = await Promise.all([open("/flood"), open("/echo")]);
      const frames = join(
        ...Array.from({ length: 1000 }, () => frameFor("server", { opcode: "binary", payload })),
      );
      flood.write(frames);
      (await flooder.promise).resume();
      while (flooded < 1000 * payload.length) {
        // It is in the system's hands now, so that the next turn may handle it.
        const before = flooded;
        echo.text("served?");
        await echo.next();
        const waited = (at.at(-1) ?? 0) - before;
        assert.ok(waited <= TURN, `${waited} bytes of the flooder came first`);
      }
      assert.ok(at.length > 5, `${at.length} echoes during the flood`);
    });
  });

  describe("the queue for a slow reader", () => {
    const LIMIT = MIB;

    async function slowReader(
      t: Parameters<Start>[0],
      overflow: "close" | "drop-newest" | "drop-oldest",
    ): Promise<Slow> {
      const opened = deferred<ServerWebSocket>();
      let dropped = 0;
      const { open } = await startServer(
        t,
        {
          "/slow": {
            open: (socket) => opened.resolve(socket),
            dropped(_socket, count) {
              dropped += count;
            },
          },
        },
        { overflow, limits: { outgoing: LIMIT } },
      );
      const peer = await open("/slow");
      peer.socket.pause();
      return { peer, socket: await opened.promise, dropped: () => dropped };
    }

    function numbered(index: number): Uint8Array {
      const bytes = pattern(20_000, index);
      new DataView(bytes.buffer).setUint32(0, index);
      return bytes;
    }

    /** Sends far beyond what the system and the queue hold; the most that waited. */
    async function overwhelm(socket: ServerWebSocket): Promise<number> {
      let most = 0;
      for (let index = 0; index < 2000; index++) {
        socket.send(numbered(index));
        most = Math.max(most, socket.bufferedAmount);
        if (index % 10 === 0) await nextTurn();
      }
      return most;
    }

    test("ends with 1013 where it may not grow, by default", async (t) => {
      const { peer, socket } = await slowReader(t, "close");
      assert.ok((await overwhelm(socket)) <= LIMIT + 1000);
      peer.socket.resume();
      assert.equal((await peer.closed()).code, 1013);
    });

    for (const overflow of ["drop-newest", "drop-oldest"] as const) {
      test(`stays below its limit with ${overflow}, and whole messages arrive in order`, async (t) => {
        const { peer, socket, dropped } = await slowReader(t, overflow);
        assert.ok((await overwhelm(socket)) <= LIMIT);
        assert.ok(dropped() > 0);
        peer.socket.resume();
        socket.close(1000);
        const indices: number[] = [];
        for (;;) {
          const event = await peer.next();
          if (event.type === "close") break;
          assert.ok(event.type === "binary");
          const index = new DataView(event.data.buffer).getUint32(0);
          assert.ok(isBytes(event, numbered(index)), "a message differs");
          indices.push(index);
        }
        assert.deepEqual(
          indices,
          [...indices].sort((a, b) => a - b),
        );
        assert.equal(indices.length, 2000 - dropped());
        assert.equal(indices.includes(0), true);
        assert.equal(indices.includes(1999), overflow === "drop-oldest");
      });
    }
  });
}
