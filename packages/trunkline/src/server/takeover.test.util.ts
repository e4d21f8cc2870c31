/**
 * What an open socket must not lose when it goes from node:http to us, as a suite that runs over each
 * transport: bytes that are there already, an end that came early, and the socket as others hold it.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { CloseInfo } from "../connection/connection.ts";
import { type Deferred, deferred } from "../connection/deferred.ts";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { cut, type FrameParts, frameFor, join, pattern } from "../testing/frames.test.util.ts";
import type { Routes } from "./handler.ts";
import { connect, MemoryLog, type RawPeer, start } from "./raw-peer.test.util.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import { SocketServer } from "./socket-server.ts";

/** More than Node's streams hold by themselves, with what was on its way. Bytes. */
const BOUND = 262_144;

function frames(...parts: readonly FrameParts[]): Uint8Array {
  return join(...parts.map((part) => frameFor("server", part)));
}

function texts(...payloads: readonly string[]): Uint8Array {
  return frames(...payloads.map((payload): FrameParts => ({ opcode: "text", payload })));
}

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}

/** The texts that come next. */
async function take(peer: RawPeer, count: number): Promise<string[]> {
  const got: string[] = [];
  while (got.length < count) {
    const event = await peer.next();
    if (event.type !== "text") throw new Error(`a ${event.type} came`);
    got.push(event.data);
  }
  return got;
}

/** An echo whose `upgrade` waits to be let go. */
class Undecided {
  readonly asked: Deferred<Socket> = deferred<Socket>();
  readonly go: Deferred<void> = deferred();
  readonly closed: Deferred<CloseInfo> = deferred<CloseInfo>();
  readonly aborted: Deferred<void> = deferred();
  readonly routes: Routes = {
    "/wait": {
      upgrade: async (request) => {
        request.signal.addEventListener("abort", () => this.aborted.resolve());
        this.asked.resolve(request.raw.socket);
        await this.go.promise;
      },
      message: (socket, data) => void socket.send(data),
      close: (_socket, info) => this.closed.resolve(info),
    },
    "/echo": { message: (socket, data) => void socket.send(data) },
  };
}

interface Attached {
  readonly http: HttpServer;
  /** What a user keeps of the connections. */
  readonly held: Set<Socket>;
  open(): Promise<RawPeer>;
}

/** An echo on an HTTP server of the user's own. */
async function attach(
  t: TestContext,
  set: (http: HttpServer) => void = () => {},
  sees: { open?(socket: ServerWebSocket): void; close?(info: CloseInfo): void } = {},
): Promise<Attached> {
  const http = createServer((_request, response) => void response.end());
  set(http);
  const held = new Set<Socket>();
  http.on("connection", (socket: Socket) => held.add(socket));
  const sockets = new SocketServer({
    logger: new MemoryLog(),
    routes: {
      "/echo": {
        open: (socket) => sees.open?.(socket),
        message: (socket, data) => void socket.send(data),
        close: (_socket, info) => sees.close?.(info),
      },
    },
  });
  sockets.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  t.after(() => {
    http.close();
    for (const socket of held) socket.destroy();
  });
  const { port } = http.address() as AddressInfo; // it listens on a port
  return {
    http,
    held,
    async open() {
      const peer = await connect(t, port);
      await peer.open("/echo");
      return peer;
    },
  };
}

async function echoes(peer: RawPeer, payload: string): Promise<void> {
  peer.text(payload);
  assert.deepEqual(await take(peer, 1), [payload]);
}

export function describeTakeover(): void {
  describe("bytes that came before the socket was open", () => {
    test("in one piece with the request are answered", async (t) => {
      const { connect: dial } = await start(t, new Undecided().routes);
      const peer = await dial();
      peer.socket.cork();
      peer.ask("/echo");
      peer.write(texts("one", "two"));
      peer.write(texts("three").subarray(0, 4));
      peer.socket.uncork();
      assert.equal((await peer.head()).status, 101);
      assert.deepEqual(await take(peer, 2), ["one", "two"]);
      peer.write(texts("three").subarray(4));
      assert.deepEqual(await take(peer, 1), ["three"]);
    });

    test("in several reads while upgrade decided come in order, before what comes later", async (t) => {
      const undecided = new Undecided();
      const peer = await (await start(t, undecided.routes)).connect();
      peer.ask("/wait");
      const raw = await undecided.asked.promise;
      const expected = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(index * 100));
      const all = texts(...expected);
      const early = all.subarray(0, 1500);
      for (const piece of cut(early, [500])) {
        const before = raw.bytesRead;
        peer.write(piece);
        await untilTrue(() => raw.bytesRead === before + piece.length);
      }
      undecided.go.resolve();
      await peer.head();
      peer.write(all.subarray(1500));
      assert.deepEqual(await take(peer, 8), expected);
    });

    test("are answered though the client had ended its side already", async (t) => {
      const undecided = new Undecided();
      const peer = await (await start(t, undecided.routes)).connect();
      peer.ask("/wait");
      const raw = await undecided.asked.promise;
      const early = texts("one", "two");
      const before = raw.bytesRead;
      peer.socket.end(early);
      await untilTrue(() => raw.bytesRead === before + early.length);
      await turns(5);
      undecided.go.resolve();
      assert.equal((await peer.head()).status, 101);
      assert.deepEqual(await take(peer, 2), ["one", "two"]);
      const { code, wasClean } = await undecided.closed.promise;
      assert.deepEqual([code, wasClean], [1006, false]);
      await peer.ended();
    });

    for (const size of [10, 1_048_576]) {
      test(`and a reset behind ${size} bytes of them harm nobody`, async (t) => {
        const undecided = new Undecided();
        const { connect: dial, open } = await start(t, undecided.routes);
        const peer = await dial();
        peer.ask("/wait");
        const raw = await undecided.asked.promise;
        peer.frame({ opcode: "binary", payload: pattern(size) });
        await untilTrue(() => raw.readableLength > 0);
        peer.socket.resetAndDestroy();
        await turns(5);
        undecided.go.resolve();
        // Seen at once, or, when so much came that nobody reads any more, at the answer.
        await Promise.race([undecided.aborted.promise, undecided.closed.promise]);
        await echoes(await open("/echo"), "still here");
      });
    }

    test("are bounded, and none is lost", async (t) => {
      const undecided = new Undecided();
      const peer = await (await start(t, undecided.routes)).connect();
      peer.ask("/wait");
      const raw = await undecided.asked.promise;
      const payload = pattern(65_536);
      for (let count = 0; count < 16; count++) peer.frame({ opcode: "binary", payload });
      await untilTrue(() => raw.readableLength > 0);
      await turns(50);
      assert.ok(raw.readableLength < BOUND, `${raw.readableLength} bytes are held`);
      undecided.go.resolve();
      await peer.head();
      for (let count = 0; count < 16; count++) {
        const event = await peer.next();
        assert.ok(event.type === "binary" && Buffer.compare(event.data, payload) === 0);
      }
    });
  });

  describe("a socket that pauses in its open hook", () => {
    for (const [name, path] of [
      ["without an upgrade hook", "/paused"],
      ["with one", "/decided"],
    ]) {
      test(`takes a bounded amount, and all of it later, ${name}`, async (t) => {
        const opened = deferred<ServerWebSocket>();
        const hooks = {
          open(socket: ServerWebSocket): void {
            socket.pause();
            opened.resolve(socket);
          },
          message: (socket: ServerWebSocket, data: string | Uint8Array) => void socket.send(data),
        };
        const running = await start(t, {
          "/paused": hooks,
          "/decided": { ...hooks, upgrade() {} },
        });
        const peer = await running.open(path);
        const payload = pattern(65_536);
        for (let count = 0; count < 64; count++) peer.frame({ opcode: "binary", payload });
        await turns(50);
        // Once the system holds all it can, what the server does not take stays with the client.
        const held = peer.socket.writableLength;
        for (let count = 0; count < 256; count++) peer.frame({ opcode: "binary", payload });
        await turns(50);
        const more = peer.socket.writableLength - held;
        assert.ok(more > 200 * payload.length, `the server took all but ${more} bytes`);
        (await opened.promise).resume();
        for (let count = 0; count < 320; count++) {
          const event = await peer.next();
          assert.ok(event.type === "binary" && event.data.length === payload.length);
        }
      });
    }
  });

  describe("the socket that others hold", () => {
    test("lives on beyond the timeouts of the HTTP server", async (t) => {
      const { http, open } = await attach(t, (server) => {
        server.timeout = 30;
        server.keepAliveTimeout = 30;
      });
      const peer = await open();
      await echoes(peer, "before");
      // A younger connection that the same timeout ends shows that its time has come.
      const { port } = http.address() as AddressInfo; // it listens on a port
      const idle = await connect(t, port);
      await idle.ended();
      await echoes(peer, "after");
    });

    test("answers who the peer is", async (t) => {
      const { held, open } = await attach(t);
      const peer = await open();
      await echoes(peer, "open");
      const [socket] = held;
      assert.deepEqual(
        [socket.remoteAddress, socket.remotePort, socket.localPort],
        ["127.0.0.1", peer.socket.localPort, peer.socket.remotePort],
      );
    });

    test("counts what is read and written", async (t) => {
      const { held, open } = await attach(t);
      const peer = await open();
      const [socket] = held;
      const [read, written] = [socket.bytesRead, socket.bytesWritten];
      await echoes(peer, "12345");
      assert.deepEqual([socket.bytesRead - read, socket.bytesWritten - written], [11, 7]);
    });

    test("ends the WebSocket when it is destroyed, and closes", async (t) => {
      const closed = deferred<CloseInfo>();
      const { held, open } = await attach(t, undefined, { close: closed.resolve });
      const peer = await open();
      const [socket] = held;
      const gone = once(socket, "close");
      socket.destroy();
      await gone;
      assert.equal((await closed.promise).code, 1006);
      await peer.ended();
    });

    test("closes when the connection ends in order", async (t) => {
      const { held, open } = await attach(t);
      const peer = await open();
      const [socket] = held;
      const gone = once(socket, "close");
      peer.close(1000);
      await gone;
      assert.equal(socket.destroyed, true);
    });

    test("takes a timeout of its own", async (t) => {
      const { held, open } = await attach(t);
      const peer = await open();
      const [socket] = held;
      socket.setTimeout(20);
      await once(socket, "timeout");
      socket.setTimeout(0);
      await echoes(peer, "still open");
    });

    test("is counted by its server, whose close waits for it", async (t) => {
      const { http, open } = await attach(t);
      const count = promisify(http.getConnections.bind(http));
      const peer = await open();
      await echoes(peer, "open");
      assert.equal(await count(), 1);
      let isClosed = false;
      const closed = new Promise<void>((resolve) => {
        http.close(() => {
          isClosed = true;
          resolve();
        });
      });
      await echoes(peer, "draining");
      assert.equal(isClosed, false);
      peer.close(1000);
      await closed;
      assert.equal(await count(), 0);
    });
  });
}
