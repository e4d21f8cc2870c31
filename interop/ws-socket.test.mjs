/** What `ws` promises of an open socket, member by member, held against `ws` and against the drop-in. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { constants, inflateRawSync } from "node:zlib";
import { forEach, next, openPair, startServer, take, turn } from "./support/implementations.mjs";
import { frame, masked, RawReader, rawClient, rawServer, switchProtocols } from "./support/raw.mjs";

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;

forEach((ws, name) => {
  const { WebSocket } = ws;

  /** A raw client, and the server's end as a WebSocket. */
  async function openRaw(t, options) {
    const { server, port } = await startServer(t, ws, options);
    const connected = once(server, "connection");
    const raw = await rawClient(t, port);
    const [peer] = await connected;
    return { ...raw, server, peer };
  }

  /** A raw server's end, and a client as a WebSocket. */
  async function openToRaw(t, options) {
    let give;
    const upgraded = new Promise((resolve) => {
      give = resolve;
    });
    const { url } = await rawServer(t, (request, socket, head) => {
      const reader = new RawReader(socket);
      switchProtocols(request, socket, head);
      give({ socket, reader });
    });
    const client = new WebSocket(url, { perMessageDeflate: false, ...options });
    client.on("error", () => {});
    await once(client, "open");
    t.after(() => client.terminate());
    return { client, ...(await upgraded) };
  }

  describe(`${name}: Event "message"`, () => {
    test("comes with a Buffer, and whether it is binary", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const came = take(peer, "message", 4);
      client.send("häh");
      client.send(Buffer.from([1, 2, 3]));
      client.send("");
      client.send(new Uint8Array(0));
      const [text, binary, noText, noBinary] = await came;
      assert.ok(Buffer.isBuffer(text[0]) && Buffer.isBuffer(binary[0]));
      assert.deepEqual(text, [Buffer.from("häh"), false]);
      assert.deepEqual(binary, [Buffer.from([1, 2, 3]), true]);
      assert.deepEqual(noText, [Buffer.alloc(0), false]);
      assert.deepEqual(noBinary, [Buffer.alloc(0), true]);
    });

    test("of every length of the length, and of both kinds, arrives as it is", async (t) => {
      const { client, peer } = await openPair(t, ws);
      peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
      for (const size of [1, 64, 65, 125, 126, 1000, 16_385, 65_535, 65_536, 200_000, 1_100_000]) {
        const bytes = Buffer.alloc(size, "abcdefghijk");
        for (const isBinary of [true, false]) {
          const came = once(client, "message");
          client.send(bytes, { binary: isBinary });
          const [data, kind] = await came;
          assert.equal(kind, isBinary);
          assert.ok(data.equals(bytes), `${size}`);
        }
      }
    });

    test("still comes after close(), until the peer's Close", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const came = once(client, "message");
      peer.send("late");
      client.close();
      assert.equal((await came)[0].toString(), "late");
    });

    test("that is thrown in is an uncaught exception", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const caught = new Promise((resolve) => {
        process.setUncaughtExceptionCaptureCallback(resolve);
      });
      t.after(() => process.setUncaughtExceptionCaptureCallback(null));
      peer.on("message", () => {
        throw new Error("mine");
      });
      client.send("x");
      assert.equal((await caught).message, "mine");
    });
  });

  describe(`${name}: websocket.binaryType`, () => {
    test("has four kinds, and takes no other", async (t) => {
      const { client } = await openPair(t, ws);
      for (const type of ["arraybuffer", "fragments", "blob", "nodebuffer"]) {
        client.binaryType = type;
        assert.equal(client.binaryType, type);
      }
      client.binaryType = "foo";
      assert.equal(client.binaryType, "nodebuffer");
    });

    test("says how binary messages come, and can be changed at any time", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const seen = [];
      const types = ["nodebuffer", "arraybuffer", "blob", "fragments", "nodebuffer"];
      for (const type of types) {
        client.binaryType = type;
        const came = once(client, "message");
        peer.send(Buffer.from("hello"));
        const [data, isBinary] = await came;
        assert.equal(isBinary, true);
        seen.push(data);
      }
      assert.deepEqual(seen[0], Buffer.from("hello"));
      assert.ok(seen[1] instanceof ArrayBuffer);
      assert.deepEqual(Buffer.from(seen[1]), Buffer.from("hello"));
      assert.ok(seen[2] instanceof Blob);
      assert.equal(await seen[2].text(), "hello");
      assert.deepEqual(seen[3], [Buffer.from("hello")]);
      assert.deepEqual(seen[4], Buffer.from("hello"));
    });

    test("leaves texts as they are", async (t) => {
      const { client, peer } = await openPair(t, ws);
      client.binaryType = "arraybuffer";
      const came = once(client, "message");
      peer.send("text");
      assert.deepEqual(await came, [Buffer.from("text"), false]);
    });

    test("fragments are those of the sender", async (t) => {
      const { client, peer } = await openPair(t, ws);
      client.binaryType = "fragments";
      const came = once(client, "message");
      peer.send(Buffer.from("one"), { fin: false });
      peer.send(Buffer.alloc(0), { fin: false });
      peer.send(Buffer.from("two"), { fin: false });
      peer.send(Buffer.from("three"), { fin: true });
      const [data] = await came;
      assert.deepEqual(data, [Buffer.from("one"), Buffer.from("two"), Buffer.from("three")]);
    });
  });

  describe(`${name}: websocket.send`, () => {
    test("throws while connecting", async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      for (const method of ["send", "ping", "pong"]) {
        assert.throws(() => client[method]("x"), {
          name: "Error",
          message: "WebSocket is not open: readyState 0 (CONNECTING)",
        });
      }
      await once(client, "open");
    });

    test("takes what Buffer.from takes, numbers, and nothing", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const floats = Float32Array.of(1.5, -2);
      const bytes = Buffer.from(floats.buffer);
      const cases = [
        ["text", Buffer.from("text"), false],
        [5, Buffer.from("5"), false],
        [Buffer.from("buffer"), Buffer.from("buffer"), true],
        [Uint8Array.of(1, 2), Buffer.from([1, 2]), true],
        [floats, bytes, true],
        [floats.buffer, bytes, true],
        [new DataView(floats.buffer, 4), bytes.subarray(4), true],
        [[1, 2, 3], Buffer.from([1, 2, 3]), true],
        [undefined, Buffer.alloc(0), true],
        [null, Buffer.alloc(0), true],
        ["", Buffer.alloc(0), false],
        [new Blob(["blob"]), Buffer.from("blob"), true],
      ];
      const came = take(peer, "message", cases.length);
      for (const [data] of cases) client.send(data);
      assert.deepEqual(
        await came,
        cases.map(([, data, isBinary]) => [data, isBinary]),
      );
    });

    test("takes a Blob of another library's, and bytes of another realm", async (t) => {
      class TheirBlob {
        size = 4;
        type = "";
        get [Symbol.toStringTag]() {
          return "Blob";
        }
        stream() {}
        async arrayBuffer() {
          return new TextEncoder().encode("blob").buffer;
        }
      }
      const { client, peer } = await openPair(t, ws);
      const came = take(peer, "message", 3);
      const closed = next(peer, "close");
      client.send(new TheirBlob());
      client.send(runInNewContext("new Uint8Array([65, 66])"));
      client.send(runInNewContext("new Uint8Array([67, 68]).buffer"));
      const texts = (await came).map(([data]) => data.toString());
      assert.deepEqual(texts, ["blob", "AB", "CD"]);
      client.close(1000, runInNewContext("new Uint8Array([69])"));
      assert.equal((await closed)[1].toString(), "E");
    });

    test("throws for what Buffer.from does not take", async (t) => {
      const { client } = await openPair(t, ws);
      assert.throws(() => client.send({}), TypeError);
      assert.throws(() => client.send(true), TypeError);
    });

    test("sends what a Blob holds in its place of the order, and so with fragments", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const came = take(peer, "message", 3);
      client.send(new Blob(["first"]), { binary: false });
      client.send("second");
      client.send(new Blob(["th"]), { fin: false });
      client.send("ird");
      client.close(1000);
      const closed = once(peer, "close");
      assert.deepEqual(await came, [
        [Buffer.from("first"), false],
        [Buffer.from("second"), false],
        [Buffer.from("third"), true],
      ]);
      assert.equal((await closed)[0], 1000);
    });

    test("counts what waits for a Blob, and tells all who wait when it cannot be read", async (t) => {
      const { client } = await openPair(t, ws);
      const unreadable = new Blob(["four"]);
      unreadable.arrayBuffer = () => Promise.reject(new Error("unreadable"));
      const told = [];
      const done = new Promise((resolve) => {
        client.send(unreadable, ({ message }) => told.push(message));
        client.send("12345", ({ message }) => told.push(message));
        client.ping("1", ({ message }) => told.push(message) && resolve());
      });
      assert.equal(client.bufferedAmount, 10);
      const [error] = await next(client, "error");
      await done;
      assert.deepEqual([...told, error.message], Array(4).fill("unreadable"));
      assert.ok(client.readyState >= WebSocket.CLOSING);
    });

    test("tells who sent a Blob, and who waits behind it, when the socket is dropped", async (t) => {
      const { client } = await openPair(t, ws);
      const told = [];
      const done = new Promise((resolve) => {
        client.send(new Blob(["blob"]), ({ message }) => told.push(message));
        client.send("text", ({ message }) => resolve(told.push(message)));
      });
      client.terminate();
      await done;
      const message = "The socket was closed while the blob was being read";
      assert.deepEqual(told, [message, message]);
    });

    test("option binary says the kind", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const came = take(peer, "message", 4);
      client.send("text", { binary: true });
      client.send(Buffer.from("bytes"), { binary: false });
      client.send(Buffer.from("bytes"), { binary: undefined });
      client.send(Buffer.from("bytes"), {});
      assert.deepEqual(await came, [
        [Buffer.from("text"), true],
        [Buffer.from("bytes"), false],
        [Buffer.from("bytes"), false],
        [Buffer.from("bytes"), true],
      ]);
    });

    test("option fin: false makes fragments of one message", async (t) => {
      const { peer, reader } = await openRaw(t);
      peer.send("one", { fin: false });
      peer.ping("between");
      peer.send(Buffer.from("two"), { fin: false });
      peer.send("three");
      peer.send("whole");
      const frames = [];
      for (let count = 0; count < 5; count++) frames.push(await reader.frame());
      assert.deepEqual(
        frames.map(({ first, payload, isMasked }) => [first, payload.toString(), isMasked]),
        [
          [0x01, "one", false],
          [PING, "between", false],
          [0x00, "two", false],
          [0x80, "three", false],
          [FIN_TEXT, "whole", false],
        ],
      );
    });

    test("option mask says whether it is masked", async (t) => {
      const { peer, reader } = await openRaw(t);
      peer.send("masked", { mask: true });
      const first = await reader.frame();
      assert.deepEqual([first.isMasked, first.payload.toString()], [true, "masked"]);
      const { client, reader: other } = await openToRaw(t);
      client.send("plain", { mask: false });
      client.send("masked");
      assert.equal((await other.frame()).isMasked, false);
      assert.equal((await other.frame()).isMasked, true);
    });

    test("does not change what it was given", async (t) => {
      const { client } = await openToRaw(t);
      const data = Buffer.from("unchanged");
      client.send(data);
      client.ping(data);
      client.send(data, { fin: false });
      await turn();
      assert.equal(data.toString(), "unchanged");
    });

    test("calls back once it was written out, each in order", async (t) => {
      const { client } = await openPair(t, ws);
      const told = [];
      let isLater = false;
      await new Promise((resolve) => {
        client.send("one", (error) => told.push(["one", error ?? undefined, isLater]));
        client.send("two", { binary: true }, (error) =>
          told.push(["two", error ?? undefined, isLater]),
        );
        client.send("frag", { fin: false }, () => told.push(["frag"]));
        client.send(new Blob(["x"]), { fin: true }, () => told.push(["blob"]));
        client.send("last", resolve);
        isLater = true;
      });
      assert.deepEqual(told, [
        ["one", undefined, true],
        ["two", undefined, true],
        ["frag"],
        ["blob"],
      ]);
    });

    test("calls back with an error when it is too late, and counts the bytes", async (t) => {
      const { client } = await openPair(t, ws);
      const before = client.bufferedAmount;
      client.close();
      for (const method of ["send", "ping", "pong"]) {
        const error = await new Promise((resolve) => {
          if (method === "send") client.send("abc", resolve);
          else client[method]("abc", undefined, resolve);
        });
        assert.equal(error.message, "WebSocket is not open: readyState 2 (CLOSING)");
      }
      assert.ok(client.bufferedAmount - before >= 9);
      client.send("no callback");
      await once(client, "close");
      const error = await new Promise((resolve) => {
        client.send("abc", resolve);
      });
      assert.equal(error.message, "WebSocket is not open: readyState 3 (CLOSED)");
    });

    test("calls back with the error of the stream for what waits behind what the system holds", async (t) => {
      const send = async (to) => {
        to.socket.pause();
        to.peer.send(Buffer.alloc(50_000_000));
        const told = new Promise((resolve) => to.peer.send("behind", ({ code }) => resolve(code)));
        await turn();
        return told;
      };
      const [dropped, broken] = [await openRaw(t), await openRaw(t)];
      const codes = [send(dropped), send(broken)];
      await turn();
      dropped.peer.terminate();
      broken.socket.resetAndDestroy();
      assert.equal(await codes[0], "ERR_STREAM_DESTROYED");
      assert.match(await codes[1], /^(ECONNRESET|EPIPE)$/);
    });

    test("calls back, too, when the connection goes before it was written", async (t) => {
      const { client, peer } = await openPair(t, ws);
      peer.pause();
      const told = new Promise((resolve) => {
        client.send(Buffer.alloc(30_000_000), resolve);
      });
      await turn();
      client.terminate();
      await told;
    });
  });

  describe(`${name}: websocket.bufferedAmount`, () => {
    test("is what the system has not taken", async (t) => {
      const { client, peer } = await openPair(t, ws);
      client.send("small");
      assert.equal(client.bufferedAmount, 0);
      peer.pause();
      for (let count = 0; count < 20; count++) client.send(Buffer.alloc(1_000_000));
      await turn();
      assert.ok(client.bufferedAmount > 1_000_000, `${client.bufferedAmount}`);
      const emptied = new Promise((resolve) => {
        client.send("last", resolve);
      });
      peer.resume();
      await emptied;
      assert.equal(client.bufferedAmount, 0);
    });
  });

  describe(`${name}: ping and pong`, () => {
    test("carry data, of any kind that send takes, and call back", async (t) => {
      const { client, peer } = await openPair(t, ws);
      for (const method of ["ping", "pong"]) {
        const came = take(peer, method, 6);
        await new Promise((resolve) => client[method](resolve));
        await new Promise((resolve) => client[method]("text", resolve));
        await new Promise((resolve) => client[method](7, true, resolve));
        client[method](Buffer.from("bytes"));
        client[method](Uint8Array.of(97).buffer);
        client[method](new Blob(["blob"]));
        const data = (await came).map(([bytes]) => bytes);
        assert.ok(data.every((bytes) => Buffer.isBuffer(bytes)));
        assert.deepEqual(data.map(String), ["", "text", "7", "bytes", "a", "blob"]);
      }
    });

    test("throw a RangeError over 125 bytes", async (t) => {
      const { client } = await openPair(t, ws);
      for (const method of ["ping", "pong"]) {
        assert.throws(() => client[method](Buffer.alloc(126)), {
          name: "RangeError",
          message: "The data size must not be greater than 125 bytes",
        });
      }
    });

    test("take a mask against the role", async (t) => {
      const { peer, reader } = await openRaw(t);
      peer.ping("x", true);
      const { first, isMasked, payload } = await reader.frame();
      assert.deepEqual([first, isMasked, payload.toString()], [PING, true, "x"]);
    });

    test("a ping is answered by itself, before the event, unless autoPong is false", async (t) => {
      for (const autoPong of [true, false]) {
        const { peer, socket, reader } = await openRaw(t, { autoPong });
        const came = once(peer, "ping");
        socket.write(masked(PING, "hi"));
        assert.deepEqual(await came, [Buffer.from("hi")]);
        peer.send("next");
        const { first, payload } = await reader.frame();
        if (autoPong) assert.deepEqual([first, payload.toString()], [PONG, "hi"]);
        else assert.deepEqual([first, payload.toString()], [FIN_TEXT, "next"]);
      }
    });
  });

  describe(`${name}: maxPendingAutoPongs`, () => {
    const pings = (count) => Buffer.concat(Array(count).fill(masked(PING, "p")));

    async function readPongs(reader) {
      let count = 0;
      for (let one = await reader.frame(); one?.first === PONG; one = await reader.frame()) count++;
      return count;
    }

    test("one ping more than that, before a pong has left, drops the connection", async (t) => {
      for (const [options, most] of [
        [{ maxPendingAutoPongs: 3 }, 3],
        [{}, 60],
      ]) {
        const { peer, socket, reader } = await openRaw(t, options);
        const states = [];
        peer.on("error", () => states.push("error"));
        peer.on("ping", () => states.push(peer.readyState));
        const closed = next(peer, "close");
        socket.write(pings(most + 1));
        assert.equal(await readPongs(reader), most);
        socket.destroy();
        assert.deepEqual(await closed, [1006, Buffer.alloc(0)]);
        assert.deepEqual(states, [...Array(most).fill(WebSocket.OPEN), WebSocket.CLOSING]);
      }
    });

    test("pongs that have left do not count", async (t) => {
      const { peer, socket, reader } = await openRaw(t, { maxPendingAutoPongs: 3 });
      for (let round = 0; round < 5; round++) {
        socket.write(pings(3));
        for (let count = 0; count < 3; count++) assert.equal((await reader.frame()).first, PONG);
      }
      assert.equal(peer.readyState, WebSocket.OPEN);
    });

    test("a peer that takes no pongs is dropped", async (t) => {
      const { peer, socket } = await openRaw(t);
      const closed = next(peer, "close");
      // What the system does not take any more holds the pongs up.
      peer.send(Buffer.alloc(50_000_000));
      socket.pause();
      for (let count = 0; count < 61; count++) {
        const came = next(peer, "ping");
        socket.write(pings(1));
        await came;
      }
      assert.equal((await closed)[0], 1006);
    });

    test("0 is any number", async (t) => {
      const { peer, socket, reader } = await openRaw(t, { maxPendingAutoPongs: 0 });
      socket.write(pings(500));
      for (let count = 0; count < 500; count++) assert.equal((await reader.frame()).first, PONG);
      assert.equal(peer.readyState, WebSocket.OPEN);
    });

    test("is the client's, too", async (t) => {
      const { client, socket, reader } = await openToRaw(t, { maxPendingAutoPongs: 2 });
      const closed = next(client, "close");
      socket.write(Buffer.concat(Array(3).fill(frame(PING, "p"))));
      assert.equal(await readPongs(reader), 2);
      socket.destroy();
      assert.equal((await closed)[0], 1006);
    });

    test("an automatic pong goes by the method, which may be overridden", async (t) => {
      const seen = [];
      class Mine extends WebSocket {
        pong(data, mask, callback) {
          seen.push([data, mask]);
          super.pong(`my ${data}`, mask, callback);
        }
      }
      const { socket, reader } = await openRaw(t, { WebSocket: Mine });
      socket.write(masked(PING, "p"));
      assert.equal((await reader.frame()).payload.toString(), "my p");
      assert.deepEqual(seen, [[Buffer.from("p"), false]]);
    });

    test("autoPong keeps its place behind a Blob that is being read", async (t) => {
      const { peer, socket, reader } = await openRaw(t);
      const came = next(peer, "ping");
      peer.send(new Blob(["blob"]));
      socket.write(masked(PING, "p"));
      await came;
      const frames = [await reader.frame(), await reader.frame()];
      assert.deepEqual(
        frames.map(({ payload }) => payload.toString()),
        ["blob", "p"],
      );
    });
  });

  describe(`${name}: maxBufferedChunks`, () => {
    /** Each byte in a read of its own. */
    async function drip(socket, peer, bytes) {
      for (const byte of bytes) {
        const before = peer._socket.bytesRead;
        socket.write(Buffer.of(byte));
        while (peer._socket.bytesRead === before && peer.readyState === WebSocket.OPEN)
          await turn();
        if (peer.readyState !== WebSocket.OPEN) return;
      }
    }

    test("bounds the reads that one frame may come in", async (t) => {
      const { peer, socket, reader } = await openRaw(t, { maxBufferedChunks: 10 });
      socket.setNoDelay();
      const failed = next(peer, "error");
      const whole = masked(FIN_TEXT, "x".repeat(20));
      socket.write(whole.subarray(0, 6));
      await drip(socket, peer, whole.subarray(6));
      const [error] = await failed;
      assert.deepEqual(
        [error.name, error.code, error.message],
        ["RangeError", "WS_ERR_TOO_MANY_BUFFERED_PARTS", "Too many buffered chunks"],
      );
      const { first, payload } = await reader.frame();
      assert.deepEqual([first, payload.readUInt16BE(0)], [CLOSE, 1008]);
    });

    test("does not count those of the frames before, and 0 bounds nothing", async (t) => {
      for (const maxBufferedChunks of [10, 0]) {
        const { peer, socket } = await openRaw(t, { maxBufferedChunks });
        socket.setNoDelay();
        const came = take(peer, "message", 3);
        const size = maxBufferedChunks || 30;
        for (let count = 0; count < 3; count++) {
          const whole = masked(FIN_TEXT, "x".repeat(size));
          socket.write(whole.subarray(0, 6));
          await drip(socket, peer, whole.subarray(6));
        }
        for (const [data] of await came) assert.equal(data.length, size);
      }
    });
  });

  describe(`${name}: websocket.close`, () => {
    test("sends the code and reason, and both ends hear them", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const both = Promise.all([once(client, "close"), once(peer, "close")]);
      client.close(3000, "some reason");
      assert.equal(client.readyState, WebSocket.CLOSING);
      for (const [code, reason] of await both) {
        assert.equal(code, 3000);
        assert.ok(Buffer.isBuffer(reason));
        assert.equal(reason.toString(), "some reason");
      }
      assert.equal(client.readyState, WebSocket.CLOSED);
    });

    test("without a code is 1005 on both sides", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const both = Promise.all([once(client, "close"), once(peer, "close")]);
      peer.close();
      assert.deepEqual(await both, [
        [1005, Buffer.alloc(0)],
        [1005, Buffer.alloc(0)],
      ]);
    });

    test("takes a Buffer as reason", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const closed = once(peer, "close");
      client.close(1000, Buffer.from("bytes"));
      assert.deepEqual(await closed, [1000, Buffer.from("bytes")]);
    });

    test("throws for a code or reason that cannot be sent", async (t) => {
      const { client } = await openPair(t, ws);
      for (const code of ["error", 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, null]) {
        assert.throws(() => client.close(code), {
          name: "TypeError",
          message: "First argument must be a valid error code number",
        });
      }
      assert.throws(() => client.close(1000, "a".repeat(124)), {
        name: "RangeError",
        message: "The message must not be greater than 123 bytes",
      });
      assert.equal(client.readyState, WebSocket.OPEN);
    });

    test("takes what has no length for no reason", async (t) => {
      for (const nothing of ["", 5, {}, [], Buffer.alloc(0)]) {
        const { client, peer } = await openPair(t, ws);
        const closed = next(peer, "close");
        client.close(1000, nothing);
        assert.deepEqual(await closed, [1000, Buffer.alloc(0)]);
      }
    });

    test("a second time does nothing, and none once closed", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const closed = once(peer, "close");
      client.close(1000, "first");
      client.close(4000, "second");
      assert.deepEqual(await closed, [1000, Buffer.from("first")]);
      if (client.readyState !== WebSocket.CLOSED) await once(client, "close");
      client.close();
      assert.equal(client.readyState, WebSocket.CLOSED);
    });

    test("sends first what was sent before", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const came = take(peer, "message", 2);
      client.send("one");
      client.send(Buffer.alloc(5_000_000));
      client.close();
      const [, [large]] = await came;
      assert.equal(large.length, 5_000_000);
      await once(peer, "close");
    });

    test("gives up after closeTimeout", async (t) => {
      const { client } = await openToRaw(t, { closeTimeout: 50 });
      const closed = once(client, "close");
      client.close(1000);
      assert.deepEqual(await closed, [1006, Buffer.alloc(0)]);
    });

    test("a peer that ends without a Close is 1006, without an error", async (t) => {
      const { peer, socket } = await openRaw(t);
      peer.on("error", () => assert.fail("error"));
      const closed = once(peer, "close");
      socket.end();
      assert.deepEqual(await closed, [1006, Buffer.alloc(0)]);
    });

    test("a peer that resets is 1006, without an error", async (t) => {
      const { peer, socket } = await openRaw(t);
      peer.on("error", () => assert.fail("error"));
      const closed = once(peer, "close");
      socket.resetAndDestroy();
      assert.deepEqual(await closed, [1006, Buffer.alloc(0)]);
    });

    test("answers the peer's Close with its code and reason, and ends the stream", async (t) => {
      for (const open of [openRaw, openToRaw]) {
        const { socket, reader, peer, client } = await open(t);
        const closed = once(peer ?? client, "close");
        const payload = Buffer.concat([Buffer.of(3, 232), Buffer.from("bye")]);
        socket.write(open === openRaw ? masked(CLOSE, payload) : frame(CLOSE, payload));
        const answer = await reader.frame();
        assert.deepEqual([answer.first, answer.payload], [CLOSE, payload]);
        assert.equal((await reader.end()).length, 0);
        socket.end();
        assert.deepEqual(await closed, [1000, Buffer.from("bye")]);
      }
    });
  });

  describe(`${name}: what was called before the stream ends otherwise`, () => {
    const text = (frame) => frame && [frame.first, frame.payload.toString("latin1")];

    test("a Close goes out, though whoever holds the socket destroys it in the same turn", async (t) => {
      for (const destroy of [
        (_peer, held) => held.destroy(),
        (peer) => peer._socket.destroy(),
        (peer) => peer.terminate(),
      ]) {
        const { peer, socket, reader } = await openRaw(t);
        const held = peer._socket;
        const closed = next(peer, "close");
        peer.send("first");
        peer.close(1001, "bye");
        destroy(peer, held);
        assert.deepEqual(text(await reader.frame()), [FIN_TEXT, "first"]);
        assert.deepEqual(text(await reader.frame()), [CLOSE, "\u0003\u00e9bye"]);
        socket.destroy();
        assert.equal((await closed)[0], 1006);
      }
    });

    test("a message goes out before _socket is destroyed, ended, or written to", async (t) => {
      for (const act of [
        (socket) => socket.destroy(),
        (socket) => socket.end(),
        (socket) => socket.end(frame(FIN_TEXT, "by hand")),
      ]) {
        const { peer, reader, socket } = await openRaw(t);
        peer.send("first");
        act(peer._socket);
        assert.deepEqual(text(await reader.frame()), [FIN_TEXT, "first"]);
        const last = await reader.frame();
        assert.ok(last === undefined || last.payload.toString() === "by hand");
        socket.destroy();
      }
    });

    test("what a slow peer has not taken goes out before _socket is ended", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const bytes = Buffer.alloc(1_000_000, "x");
      const came = take(peer, "message", 20);
      const closed = next(peer, "close");
      peer.pause();
      for (let count = 0; count < 20; count++) client.send(bytes);
      assert.ok(client._socket.writableLength > 1_000_000);
      client._socket.end();
      peer.resume();
      for (const [data] of await came) assert.equal(data.length, 1_000_000);
      assert.equal((await closed)[0], 1006);
    });

    for (const [what, code] of Object.entries({
      "a message": 'c.on("open", () => { c.send("bye"); process.exit(); })',
      "a message of a listener": 'c.on("message", () => { c.send("bye"); process.exit(); })',
      "a message before an uncaught error": 'c.on("open", () => { c.send("bye"); throw 1; })',
      "a ping": 'c.on("open", () => { c.ping("bye"); process.exit(); })',
      "a Close": 'c.on("open", () => { c.close(1000, "bye"); process.exit(); })',
    })) {
      test(`${what} goes out, though the process exits in the same turn`, async (t) => {
        let read;
        const answered = new Promise((resolve) => {
          read = resolve;
        });
        const { url } = await rawServer(t, (request, socket, head) => {
          read(new RawReader(socket));
          switchProtocols(request, socket, head);
          socket.write(frame(FIN_TEXT, "hello"));
        });
        const program = `import { WebSocket } from "${name}"; const c = new WebSocket("${url}"); ${code}`;
        const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
          cwd: import.meta.dirname,
          stdio: "ignore",
        });
        t.after(() => child.kill());
        const { payload } = await (await answered).frame();
        assert.match(payload.toString(), /bye$/);
      });
    }
  });

  describe(`${name}: websocket.terminate`, () => {
    test("drops the connection", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const both = Promise.all([once(client, "close"), once(peer, "close")]);
      client.terminate();
      assert.equal(client.readyState, WebSocket.CLOSING);
      for (const [code, reason] of await both) {
        assert.equal(code, 1006);
        assert.deepEqual(reason, Buffer.alloc(0));
      }
      client.terminate();
      assert.equal(client.readyState, WebSocket.CLOSED);
    });

    test("can be called in a message", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const closed = once(peer, "close");
      let count = 0;
      peer.on("message", () => {
        count++;
        peer.terminate();
      });
      client.send("one");
      await closed;
      assert.equal(count, 1);
    });

    test("lets go what was sent before it", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const came = Promise.all([take(client, "message", 2), next(client, "close")]);
      peer.send("one");
      peer.send(Buffer.from("two"));
      peer.terminate();
      const [messages, [code]] = await came;
      assert.deepEqual(messages, [
        [Buffer.from("one"), false],
        [Buffer.from("two"), true],
      ]);
      assert.equal(code, 1006);
    });

    test("in the error of a message that is too large, lets the Close go", async (t) => {
      const { client, peer } = await openPair(t, ws, { server: { maxPayload: 10 } });
      const closed = next(client, "close");
      peer.once("error", () => peer.terminate());
      client.send("x".repeat(11));
      assert.equal((await closed)[0], 1009);
    });
  });

  describe(`${name}: pause, resume, isPaused`, () => {
    test("stop and start the messages", async (t) => {
      const { client, peer } = await openPair(t, ws);
      peer.pause();
      assert.equal(peer.isPaused, true);
      let count = 0;
      const came = new Promise((resolve) => {
        peer.on("message", () => {
          count++;
          resolve();
        });
      });
      await new Promise((resolve) => client.send("held", resolve));
      await turn();
      await turn();
      assert.equal(count, 0);
      peer.resume();
      assert.equal(peer.isPaused, false);
      await came;
    });

    test("do nothing before and after", async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      client.pause();
      assert.equal(client.isPaused, false);
      client.resume();
      await once(client, "open");
      client.close();
      await once(client, "close");
      client.pause();
      assert.equal(client.isPaused, false);
      client.resume();
    });
  });

  describe(`${name}: listeners of the browser's kind`, () => {
    test("get event objects", async (t) => {
      const { url, server } = await startServer(t, ws);
      server.on("connection", (socket) => {
        socket.send("text");
        socket.send(Buffer.from("bytes"));
        socket.close(1000, "bye");
      });
      const client = new WebSocket(url);
      const events = [];
      for (const type of ["open", "message", "close", "error"]) {
        client.addEventListener(type, (event) => events.push(event));
      }
      await once(client, "close");
      const [open, text, bytes, close] = events;
      assert.deepEqual(
        events.map(({ type }) => type),
        ["open", "message", "message", "close"],
      );
      assert.ok(events.every(({ target }) => target === client));
      assert.equal(open.type, "open");
      assert.equal(text.data, "text");
      assert.deepEqual(bytes.data, Buffer.from("bytes"));
      assert.deepEqual([close.code, close.reason, close.wasClean], [1000, "bye", true]);
    });

    test("get errors", async (t) => {
      const { url } = await rawServer(t, (_request, socket) => socket.destroy());
      const client = new WebSocket(url);
      const closed = new Promise((resolve) => {
        client.onclose = resolve;
      });
      const event = await new Promise((resolve) => {
        client.onerror = resolve;
      });
      assert.equal(event.type, "error");
      assert.equal(event.message, "socket hang up");
      assert.ok(event.error instanceof Error);
      const close = await closed;
      assert.deepEqual([close.code, close.reason, close.wasClean], [1006, "", false]);
    });

    test("are called with the socket as this, or are objects with handleEvent", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const seen = [];
      client.addEventListener("message", function () {
        seen.push(this === client);
      });
      const object = {
        handleEvent(event) {
          seen.push(this === object, event.data);
        },
      };
      client.addEventListener("message", object);
      const came = once(client, "message");
      peer.send("x");
      await came;
      assert.deepEqual(seen, [true, true, "x"]);
    });

    test("are added once, removed, and called once if asked", async (t) => {
      const { client } = await openPair(t, ws);
      const calls = [];
      const listener = () => calls.push("listener");
      client.addEventListener("message", listener);
      client.addEventListener("message", listener);
      client.addEventListener("message", () => calls.push("once"), { once: true });
      client.addEventListener("foo", listener);
      assert.equal(client.listenerCount("message"), 2);
      assert.equal(client.listenerCount("foo"), 0);
      client.emit("message", Buffer.from("a"), false);
      client.emit("message", Buffer.from("b"), false);
      client.removeEventListener("message", listener);
      client.emit("message", Buffer.from("c"), false);
      assert.deepEqual(calls, ["listener", "once", "listener"]);
    });

    test("of on… are one for each event, beside the others", async (t) => {
      const { client } = await openPair(t, ws);
      const calls = [];
      const one = () => calls.push("one");
      const two = () => calls.push("two");
      client.onmessage = one;
      assert.equal(client.onmessage, one);
      client.onmessage = two;
      client.addEventListener("message", two);
      assert.equal(client.listenerCount("message"), 2);
      client.emit("message", Buffer.from("a"), false);
      client.removeEventListener("message", two);
      assert.equal(client.onmessage, two);
      client.onmessage = "no function";
      assert.equal(client.onmessage, null);
      assert.equal(client.listenerCount("message"), 0);
      assert.deepEqual(calls, ["two", "two"]);
    });
  });

  describe(`${name}: options of an open socket`, () => {
    test("generateMask makes the keys", async (t) => {
      const generateMask = (mask) => mask.set([9, 8, 7, 6]);
      const { client, reader } = await openToRaw(t, { generateMask });
      client.send("abc");
      client.ping("def");
      for (const expected of ["abc", "def"]) {
        const { key, payload } = await reader.frame();
        assert.deepEqual(key, Buffer.of(9, 8, 7, 6));
        assert.equal(payload.toString(), expected);
      }
    });

    test("allowSynchronousEvents: false gives each event a turn of its own", async (t) => {
      const { peer, socket } = await openRaw(t, { allowSynchronousEvents: false });
      const order = [];
      const done = new Promise((resolve) => {
        peer.on("ping", () => {
          order.push("ping");
          Promise.resolve().then(() => order.push("then"));
        });
        peer.on("message", (data) => {
          order.push(data.toString());
          Promise.resolve().then(() => order.push("then"));
          if (data.toString() === "3") setImmediate(resolve);
        });
      });
      const frames = [
        masked(FIN_TEXT, "1"),
        masked(PING),
        masked(FIN_TEXT, "2"),
        masked(FIN_TEXT, "3"),
      ];
      socket.write(Buffer.concat(frames));
      await done;
      assert.deepEqual(order, ["1", "then", "ping", "then", "2", "then", "3", "then"]);
    });

    test("skipUTF8Validation takes any bytes for text", async (t) => {
      const { peer, socket } = await openRaw(t, { skipUTF8Validation: true });
      const came = once(peer, "message");
      socket.write(masked(FIN_TEXT, Buffer.of(0xff)));
      assert.deepEqual(await came, [Buffer.of(0xff), false]);
    });

    test("maxPayload: 0 bounds nothing", async (t) => {
      const { client, peer } = await openPair(t, ws, { server: { maxPayload: 0 } });
      const came = once(peer, "message");
      client.send(Buffer.alloc(1000));
      assert.equal((await came)[0].length, 1000);
    });
  });

  describe(`${name}: error codes`, () => {
    const cases = [
      [
        "WS_ERR_EXPECTED_FIN",
        frame(0x09),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: FIN must be set$/,
      ],
      [
        "WS_ERR_INVALID_CLOSE_CODE",
        frame(CLOSE, Buffer.of(3, 237)),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: invalid status code 1005$/,
      ],
      [
        "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH",
        frame(PING, "x".repeat(126)),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: invalid payload length 126$/,
      ],
      [
        "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH",
        frame(CLOSE, "x"),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: invalid payload length 1$/,
      ],
      [
        "WS_ERR_INVALID_OPCODE",
        frame(0x83),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: invalid opcode 3$/,
      ],
      [
        "WS_ERR_INVALID_OPCODE",
        frame(0x80),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: invalid opcode 0$/,
      ],
      [
        "WS_ERR_INVALID_OPCODE",
        [frame(0x01, "a"), frame(0x01, "b")],
        1002,
        "RangeError",
        /^Invalid WebSocket frame: invalid opcode 1$/,
      ],
      [
        "WS_ERR_INVALID_UTF8",
        frame(FIN_TEXT, Buffer.of(0xff)),
        1007,
        "Error",
        /^Invalid WebSocket frame: invalid UTF-8 sequence$/,
      ],
      [
        "WS_ERR_INVALID_UTF8",
        frame(CLOSE, Buffer.of(3, 232, 0xff)),
        1007,
        "Error",
        /^Invalid WebSocket frame: invalid UTF-8 sequence$/,
      ],
      [
        "WS_ERR_UNEXPECTED_RSV_1",
        frame(0xc1),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: RSV1 must be clear$/,
      ],
      [
        "WS_ERR_UNEXPECTED_RSV_2_3",
        frame(0xa1),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: RSV2 and RSV3 must be clear$/,
      ],
      [
        "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
        frame(FIN_BINARY, "", { length: Buffer.from([127, 255, 0, 0, 0, 0, 0, 0, 0]) }),
        [1009, 1002],
        "RangeError",
        /^Unsupported WebSocket frame: payload length > 2\^53 - 1$/,
      ],
      [
        "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
        frame(FIN_BINARY, "x".repeat(21)),
        1009,
        "RangeError",
        /^Max payload size exceeded$/,
      ],
      [
        "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
        [frame(0x02, "x".repeat(20)), frame(0x80, "x")],
        1009,
        "RangeError",
        /^Max payload size exceeded$/,
      ],
      [
        "WS_ERR_TOO_MANY_BUFFERED_PARTS",
        [frame(0x02, "a"), frame(0, "b"), frame(0, "c")],
        1008,
        "RangeError",
        /^Too many message fragments$/,
      ],
      [
        "WS_ERR_UNEXPECTED_MASK",
        masked(FIN_TEXT, "a"),
        1002,
        "RangeError",
        /^Invalid WebSocket frame: MASK must be clear$/,
      ],
    ];
    for (const [code, wire, status, type, message] of cases) {
      test(`${code}, and ${status} to the peer`, async (t) => {
        const { client, socket, reader } = await openToRaw(t, { maxPayload: 20, maxFragments: 2 });
        const both = Promise.all([next(client, "error"), next(client, "close")]);
        socket.write(Buffer.concat([wire].flat()));
        const { first, payload } = await reader.frame();
        assert.equal(first, CLOSE);
        assert.ok([status].flat().includes(payload.readUInt16BE(0)), `${payload.readUInt16BE(0)}`);
        socket.end();
        const [[error], [closeCode]] = await both;
        assert.equal(error.code, code);
        assert.equal(error.name, type);
        assert.match(error.message, message);
        assert.equal(closeCode, 1006);
      });
    }

    test("WS_ERR_EXPECTED_MASK", async (t) => {
      const { peer, socket } = await openRaw(t);
      const failed = next(peer, "error");
      socket.write(frame(FIN_TEXT, "a"));
      const [error] = await failed;
      assert.deepEqual(
        [error.code, error.message],
        ["WS_ERR_EXPECTED_MASK", "Invalid WebSocket frame: MASK must be set"],
      );
      assert.equal(peer.readyState, WebSocket.CLOSING);
    });
  });

  describe(`${name}: perMessageDeflate`, () => {
    const deflated = { server: { perMessageDeflate: { threshold: 0 } } };

    test("is negotiated when both want it, and everything arrives", async (t) => {
      const { client, peer } = await openPair(t, ws, deflated);
      assert.equal(client.extensions, "permessage-deflate");
      assert.equal(peer.extensions, "permessage-deflate");
      peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
      for (const data of ["text".repeat(1000), "x", "", Buffer.alloc(100_000, "abc")]) {
        const came = once(client, "message");
        client.send(data);
        const [back, isBinary] = await came;
        assert.equal(isBinary, typeof data !== "string");
        assert.ok(back.equals(Buffer.from(data)));
      }
    });

    test("compresses on the wire, unless compress is false", async (t) => {
      const headers = { "Sec-WebSocket-Extensions": "permessage-deflate" };
      const { server, port } = await startServer(t, ws, deflated.server);
      const connected = once(server, "connection");
      const { head, reader } = await rawClient(t, port, { headers });
      assert.match(head, /Sec-WebSocket-Extensions: permessage-deflate\r\n/);
      const [peer] = await connected;
      const text = "a".repeat(1000);
      peer.send(text);
      peer.send(text, { compress: false });
      const small = await reader.frame();
      const plain = await reader.frame();
      assert.equal(small.first, FIN_TEXT | 0x40);
      assert.ok(small.payload.length < 100);
      assert.deepEqual([plain.first, plain.payload.toString()], [FIN_TEXT, text]);
    });

    test("threshold keeps small messages plain where no context is taken over", async (t) => {
      const headers = { "Sec-WebSocket-Extensions": "permessage-deflate" };
      const perMessageDeflate = { threshold: 100, serverNoContextTakeover: true };
      const { server, port } = await startServer(t, ws, { perMessageDeflate });
      const connected = once(server, "connection");
      const { head, reader } = await rawClient(t, port, { headers });
      assert.match(head, /permessage-deflate; server_no_context_takeover\r\n/);
      const [peer] = await connected;
      peer.send("a".repeat(99));
      peer.send("a".repeat(100));
      assert.equal((await reader.frame()).first, FIN_TEXT);
      assert.equal((await reader.frame()).first, FIN_TEXT | 0x40);
    });

    test("with every parameter still talks", async (t) => {
      const perMessageDeflate = {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 10,
        zlibDeflateOptions: { level: 9, memLevel: 4 },
        zlibInflateOptions: { chunkSize: 1024 },
        concurrencyLimit: 2,
        threshold: 0,
      };
      const { client, peer } = await openPair(t, ws, {
        server: { perMessageDeflate },
        client: { perMessageDeflate },
      });
      const came = once(peer, "message");
      const data = "lorem ipsum ".repeat(5000);
      client.send(data);
      assert.equal((await came)[0].toString(), data);
    });

    test("zlibDeflateOptions.strategy, level and memLevel show on the wire", async (t) => {
      const text = Array.from(
        { length: 500 },
        (_, id) => `${"lorem ".repeat(id % 7)}${(id * 7919) % 1000}`,
      ).join();
      const sizeWith = async (zlibDeflateOptions) => {
        const perMessageDeflate = { threshold: 0, zlibDeflateOptions };
        const { server, port } = await startServer(t, ws, { perMessageDeflate });
        const connected = once(server, "connection");
        const headers = { "Sec-WebSocket-Extensions": "permessage-deflate" };
        const { reader } = await rawClient(t, port, { headers });
        const [peer] = await connected;
        peer.send(text);
        const { first, payload } = await reader.frame();
        assert.equal(first, FIN_TEXT | 0x40);
        const flush = Buffer.of(0, 0, 0xff, 0xff);
        const options = { finishFlush: constants.Z_SYNC_FLUSH };
        assert.equal(inflateRawSync(Buffer.concat([payload, flush]), options).toString(), text);
        return payload.length;
      };
      const [least, fast, huffman, frugal] = [
        await sizeWith({ level: 9 }),
        await sizeWith({ level: 1 }),
        await sizeWith({ level: 9, strategy: constants.Z_HUFFMAN_ONLY }),
        await sizeWith({ level: 9, memLevel: 1 }),
      ];
      assert.equal(new Set([least, fast, huffman, frugal]).size, 4);
      assert.ok(least < fast && 2 * least < huffman, `${least}, ${fast}, ${huffman}, ${frugal}`);
    });

    test("the dictionaries of zlibDeflateOptions and zlibInflateOptions are what both ends know before", async (t) => {
      const dictionary = Buffer.from(
        Array.from({ length: 60 }, (_, id) => `word${id * id} `).join(""),
      );
      for (const alone of [true, false]) {
        const perMessageDeflate = {
          threshold: 0,
          serverNoContextTakeover: alone,
          zlibDeflateOptions: { dictionary },
          zlibInflateOptions: { dictionary },
        };
        const options = { server: { perMessageDeflate }, client: { perMessageDeflate } };
        const { client, peer } = await openPair(t, ws, options);
        const seen = take(client, "message", 3);
        const before = client._socket.bytesRead;
        for (let count = 0; count < 3; count++) peer.send(dictionary);
        for (const [data] of await seen) assert.ok(data.equals(dictionary));
        assert.ok(client._socket.bytesRead - before < dictionary.length / 2);
        const back = once(peer, "message");
        client.send(dictionary);
        assert.ok((await back)[0].equals(dictionary));
      }
    });

    test("without the dictionary nobody reads it", async (t) => {
      const dictionary = Buffer.from("a dictionary that only one end has");
      const { client, peer } = await openPair(t, ws, {
        server: { perMessageDeflate: { threshold: 0, zlibDeflateOptions: { dictionary } } },
      });
      const failed = next(client, "error");
      const closed = next(peer, "close");
      peer.send(dictionary);
      const [error] = await failed;
      assert.equal(error.code, "Z_DATA_ERROR");
      assert.equal((await closed)[0], 1007);
    });

    test("fragments of a message arrive as one", async (t) => {
      const { client, peer } = await openPair(t, ws, deflated);
      const came = once(peer, "message");
      client.send("one ".repeat(100), { compress: true, fin: false });
      client.send("two ".repeat(100), { compress: true, fin: true });
      assert.equal((await came)[0].toString(), "one ".repeat(100) + "two ".repeat(100));
    });

    test("maxPayload bounds what is inflated", async (t) => {
      const { client, peer } = await openPair(t, ws, {
        server: { perMessageDeflate: { threshold: 0 }, maxPayload: 1000 },
      });
      const failed = next(peer, "error");
      const closed = next(client, "close");
      client.send("a".repeat(1001));
      const [error] = await failed;
      assert.equal(error.code, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
      assert.equal((await closed)[0], 1009);
    });
  });
});
