/**
 * Nothing that a handler was given changes at the next read, and nothing that is left of a read is lost,
 * whatever handlers do in the middle of it: a suite that runs over each transport.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deferred } from "../connection/deferred.ts";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { cut, frameFor, join, pattern } from "../testing/frames.test.util.ts";
import type { RawPeer, Running, Start } from "./raw-peer.test.util.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";

type Data = string | Uint8Array;

const KIB = 1024;
const SIZES: readonly number[] = [
  0,
  1,
  3,
  125,
  126,
  127,
  1000,
  4096,
  5000,
  16_384,
  65_535,
  65_536,
  70 * KIB,
  20,
  0,
  2,
];

/** As random as is needed, and the same each time. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

/** Text of `size` bytes: ASCII, or with a sequence of each length. */
function textOf(size: number, seed: number): string {
  const unit = seed % 2 === 0 ? "abcdefghij" : "aé€𝄞";
  const text = `${seed}:${unit.repeat(Math.ceil(size / 10))}`;
  return size === 0 ? "" : text;
}

/** What connection `seed` says, each message told from every other. */
function messagesOf(seed: number): Data[] {
  return SIZES.flatMap((size, index) => [
    pattern(size, 16 * seed + index),
    textOf(size, seed + index),
  ]);
}

function frameOf(data: Data): Uint8Array {
  return frameFor("server", {
    opcode: typeof data === "string" ? "text" : "binary",
    payload: data,
  });
}

function framesOf(...messages: readonly Data[]): Uint8Array {
  return join(...messages.map(frameOf));
}

async function take(peer: RawPeer, count: number): Promise<Data[]> {
  const got: Data[] = [];
  while (got.length < count) {
    const event = await peer.next();
    if (event.type !== "text" && event.type !== "binary") throw new Error(`a ${event.type} came`);
    got.push(event.data);
  }
  return got;
}

/** Sends each stream over its peer in pieces of random sizes, by turns. */
async function interleave(
  peers: readonly RawPeer[],
  streams: readonly Uint8Array[],
): Promise<void> {
  const random = makeRandom(7);
  const sizes = Array.from({ length: 50 }, () => 1 + random([10, 300, 5000, 100_000][random(4)]));
  const queues = streams.map((stream) => cut(stream, sizes));
  while (queues.some((queue) => queue.length > 0)) {
    for (const [index, queue] of queues.entries()) {
      const piece = queue.shift();
      if (piece !== undefined) peers[index].write(piece);
    }
    if (random(3) === 0) await nextTurn();
  }
}

/** Keeps what its path's connections say until they have said all, and echoes it. */
class Keeper {
  readonly kept = new Map<string, Data[]>();
  readonly handler = {
    message: (socket: ServerWebSocket, data: Data): void => {
      const name = socket.request.url.search;
      const list = this.kept.get(name) ?? [];
      this.kept.set(name, list);
      list.push(data);
      socket.send(data);
    },
  };
}

function openAll(running: Running, count: number): Promise<RawPeer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => running.open(`/keep?${index}`)));
}

export function describeReadBlock(startServer: Start): void {
  describe("what a handler keeps", () => {
    test("is as it came at the end, however many connections were read meanwhile", async (t) => {
      const keeper = new Keeper();
      const peers = await openAll(await startServer(t, { "/keep": keeper.handler }), 4);
      const said = peers.map((_, seed) => messagesOf(seed));
      const echoes = Promise.all(peers.map((peer, seed) => take(peer, said[seed].length)));
      await interleave(
        peers,
        said.map((messages) => framesOf(...messages)),
      );
      assert.deepEqual(await echoes, said);
      for (const [seed, messages] of said.entries()) {
        assert.deepEqual(keeper.kept.get(`?${seed}`), messages);
      }
    });

    test("is alone in its memory, whatever its size", async (t) => {
      const keeper = new Keeper();
      const [peer] = await openAll(await startServer(t, { "/keep": keeper.handler }), 1);
      const said = SIZES.map((size) => pattern(size));
      for (const message of said) peer.write(frameOf(message));
      await take(peer, said.length);
      for (const data of keeper.kept.get("?0") ?? []) {
        assert.ok(data instanceof Uint8Array);
        assert.deepEqual([data.byteOffset, data.buffer.byteLength], [0, data.byteLength]);
      }
    });

    test("is its own: it may be changed or given away", async (t) => {
      const { open } = await startServer(t, {
        "/take": {
          message(socket, data) {
            if (typeof data === "string") return;
            structuredClone(data, { transfer: [data.buffer as ArrayBuffer] }); // never shared
            socket.send(`${data.length}`);
          },
        },
      });
      const peer = await open("/take");
      peer.write(framesOf(...SIZES.map((size) => pattern(size))));
      assert.deepEqual(
        await take(peer, SIZES.length),
        SIZES.map(() => "0"),
      );
    });
  });

  describe("in the middle of a read with more frames waiting", () => {
    const MANY: readonly string[] = Array.from({ length: 500 }, (_, index) => `message ${index}`);

    test("a pause keeps them, in order, while other connections are read", async (t) => {
      const told: Data[] = [];
      const paused = deferred<ServerWebSocket>();
      const { open } = await startServer(t, {
        "/pause": {
          message(socket, data) {
            told.push(data);
            if (told.length !== 3) return;
            socket.pause();
            paused.resolve(socket);
          },
        },
        "/echo": { message: (socket, data) => void socket.send(data) },
      });
      const [peer, other] = await Promise.all([open("/pause"), open("/echo")]);
      peer.write(framesOf(...MANY));
      const socket = await paused.promise;
      const noise = messagesOf(5);
      other.write(framesOf(...noise));
      assert.deepEqual(await take(other, noise.length), noise);
      peer.write(framesOf(...MANY));
      other.write(framesOf(...noise));
      assert.deepEqual(await take(other, noise.length), noise);
      assert.equal(told.length, 3);
      socket.resume();
      peer.close(1000);
      await peer.closed();
      assert.deepEqual(told, [...MANY, ...MANY]);
    });

    test("a pause after each message loses none", async (t) => {
      const told: Data[] = [];
      const { open } = await startServer(t, {
        "/pause": {
          message(socket, data) {
            told.push(data);
            socket.pause();
            setImmediate(() => socket.resume());
          },
        },
      });
      const peer = await open("/pause");
      for (const piece of cut(framesOf(...MANY), [1000, 17])) {
        peer.write(piece);
        await nextTurn();
      }
      peer.close(1000);
      await peer.closed();
      assert.deepEqual(told, MANY);
    });

    const ends: readonly (readonly [string, (socket: ServerWebSocket) => void, number])[] = [
      ["closes", (socket) => socket.close(4000, "enough"), 4000],
      ["terminates", (socket) => socket.terminate(), 1006],
      [
        "throws",
        () => {
          throw new Error("broken on purpose");
        },
        1011,
      ],
    ];
    for (const [name, act, code] of ends) {
      test(`a handler that ${name} gets none of them, and nobody else is harmed`, async (t) => {
        const told: Data[] = [];
        const { open } = await startServer(t, {
          "/end": {
            message(socket, data) {
              told.push(data);
              if (told.length === 3) act(socket);
            },
          },
          "/echo": { message: (socket, data) => void socket.send(data) },
        });
        const [peer, other] = await Promise.all([open("/end"), open("/echo")]);
        peer.write(framesOf(...MANY));
        other.write(framesOf(...messagesOf(1)));
        if (code === 1006) await peer.ended();
        else assert.equal((await peer.closed()).code, code);
        assert.deepEqual(told, MANY.slice(0, 3));
        assert.deepEqual(await take(other, messagesOf(1).length), messagesOf(1));
      });
    }

    test("what is sent inside of hooks that sends have called leaves in order", async (t) => {
      const dropped: string[] = [];
      const slow = deferred<ServerWebSocket>();
      const { open } = await startServer(
        t,
        {
          "/slow": {
            open: (socket) => slow.resolve(socket),
            dropped(socket) {
              dropped.push("dropped");
              // Inside of the send below, inside of a message hook.
              for (const answerer of answerers) answerer.send("sent inside");
              if (dropped.length === 1) socket.send(pattern(70_000));
            },
          },
          "/echo": {
            open: (socket) => void answerers.push(socket),
            async message(socket, data) {
              socket.send(`before ${data}`);
              (await slow.promise).send(pattern(70_000));
              socket.send(`after ${data}`);
            },
          },
        },
        { overflow: "drop-newest", limits: { outgoing: 65_536 } },
      );
      const answerers: ServerWebSocket[] = [];
      const [stuck, peer] = await Promise.all([open("/slow"), open("/echo")]);
      stuck.socket.pause();
      const socket = await slow.promise;
      // With TLS what was sent is held for a moment in any case.
      for (let waited = 0; waited < 10; waited++) {
        if (socket.bufferedAmount === 0) {
          socket.send(pattern(60_000));
          waited = 0;
        }
        await nextTurn();
      }
      dropped.length = 0;
      peer.write(framesOf("1", "2"));
      const got = await take(peer, 7);
      const others = got.filter((text) => text !== "sent inside");
      assert.deepEqual(others.sort(), ["after 1", "after 2", "before 1", "before 2"]);
      assert.equal(got.indexOf("before 1"), 0);
      assert.equal(dropped.length, 3);
    });
  });

  describe("a slow reader", () => {
    test("gets every byte as it was sent, while others are read and written", async (t) => {
      const opened = deferred<ServerWebSocket>();
      const { open } = await startServer(
        t,
        {
          "/slow": { open: (socket) => opened.resolve(socket) },
          "/echo": { message: (socket, data) => void socket.send(data) },
        },
        { limits: { outgoing: 67_108_864 } },
      );
      const [slow, other] = await Promise.all([open("/slow"), open("/echo")]);
      const socket = await opened.promise;
      slow.socket.pause();
      const sent: Data[] = [];
      const noise = messagesOf(3);
      const speak = async (): Promise<void> => {
        other.write(framesOf(...noise));
        assert.deepEqual(await take(other, noise.length), noise);
      };
      // Small ones alone first, so that what is held up is a block that connections share.
      while (socket.bufferedAmount === 0) {
        for (let count = 0; count < 6; count++) {
          const small = pattern(10_000, sent.length);
          sent.push(small);
          socket.send(small);
        }
        await nextTurn();
      }
      await speak();
      for (let round = 0; round < 20; round++) {
        for (const data of messagesOf(round)) {
          sent.push(data);
          socket.send(data);
        }
        for (let piece = 0; piece < 4; piece++) {
          const large = pattern(300_000, round + piece);
          sent.push(large);
          socket.send(large);
        }
        await speak();
      }
      slow.socket.resume();
      for (const expected of sent) {
        const [got] = await take(slow, 1);
        assert.ok(isSame(got, expected), "a message differs");
      }
    });
  });
}

function isSame(a: Data, b: Data): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return Buffer.compare(a, b) === 0;
}
