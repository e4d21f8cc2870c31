/**
 * What else `ws` exports (createWebSocketStream, extension, subprotocol, PerMessageDeflate, Receiver,
 * Sender), and the members without documentation that packages touch, held against both.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import {
  forEach,
  implementations,
  next,
  openPair,
  startServer,
  take,
  turn,
} from "./support/implementations.mjs";
import { frame, masked, RawReader } from "./support/raw.mjs";

const GOODBYE = Buffer.of(3, 232);

forEach((ws, name) => {
  const { WebSocket, createWebSocketStream, Receiver, Sender, PerMessageDeflate } = ws;

  describe(`${name}: createWebSocketStream`, () => {
    test("gives a Duplex whose writes are messages and whose reads are bytes", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const duplex = createWebSocketStream(client, { encoding: "utf8" });
      assert.ok(duplex instanceof Duplex);
      const came = take(peer, "message", 2);
      duplex.write("one");
      duplex.write(Buffer.from("two"));
      const messages = await came;
      assert.deepEqual(messages, [
        [Buffer.from("one"), true],
        [Buffer.from("two"), true],
      ]);
      const read = once(duplex, "data");
      peer.send("three");
      assert.deepEqual(await read, ["three"]);
      duplex.destroy();
      await once(duplex, "close");
    });

    test("waits for a socket that is connecting", async (t) => {
      const { server, url } = await startServer(t, ws);
      const connected = once(server, "connection");
      const duplex = createWebSocketStream(new WebSocket(url));
      duplex.end("early");
      const [peer] = await connected;
      const came = once(peer, "message");
      assert.deepEqual(await came, [Buffer.from("early"), true]);
      duplex.resume();
      await once(duplex, "close");
    });

    test("in readableObjectMode gives texts as strings", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const duplex = createWebSocketStream(client, { readableObjectMode: true });
      const came = take(duplex, "data", 2);
      peer.send("text");
      peer.send(Buffer.from("bytes"));
      assert.deepEqual(await came, [["text"], [Buffer.from("bytes")]]);
      duplex.destroy();
      await once(duplex, "close");
    });

    test("ending it closes the socket without a code, and both ends finish", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const duplex = createWebSocketStream(client);
      const order = [];
      for (const event of ["finish", "end", "close"]) duplex.on(event, () => order.push(event));
      const closed = once(peer, "close");
      duplex.resume();
      duplex.end();
      assert.equal((await closed)[0], 1005);
      if (!duplex.closed && !order.includes("close")) await once(duplex, "close");
      assert.deepEqual(order, ["finish", "end", "close"]);
    });

    test("the peer's Close ends it", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const duplex = createWebSocketStream(client);
      const ended = once(duplex, "end");
      duplex.resume();
      peer.close();
      await ended;
    });

    test("destroying it terminates the socket, with its error", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const duplex = createWebSocketStream(client);
      const closed = once(peer, "close");
      const failed = next(duplex, "error");
      duplex.destroy(new Error("mine"));
      assert.equal((await failed)[0].message, "mine");
      assert.equal((await closed)[0], 1006);
    });

    test("a handshake that fails destroys it with the error", async (t) => {
      const { server, url } = await startServer(t, ws);
      await new Promise((resolve) => server.close(resolve));
      const duplex = createWebSocketStream(new WebSocket(url));
      const closed = next(duplex, "close");
      const [error] = await next(duplex, "error");
      assert.equal(error.code, "ECONNREFUSED");
      await closed;
      assert.equal(duplex.destroyed, true);
    });

    test("what the peer does wrong destroys it with the error", async (t) => {
      const { client, peer } = await openPair(t, ws, { server: { perMessageDeflate: false } });
      const duplex = createWebSocketStream(client);
      const failed = next(duplex, "error");
      peer._socket.write(frame(0x85));
      assert.equal((await failed)[0].code, "WS_ERR_INVALID_OPCODE");
    });

    test("pauses the socket while nobody reads, and carries a pipeline whole", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const duplex = createWebSocketStream(client);
      const paused = new Promise((resolve) => {
        const send = () => {
          if (client.isPaused) resolve();
          else peer.send(Buffer.alloc(16_384), () => setImmediate(send));
        };
        send();
      });
      await paused;
      const last = new Promise((resolve) => {
        duplex.on("data", (chunk) => {
          if (chunk.equals(Buffer.from("the last"))) resolve();
        });
      });
      peer.send("the last");
      await last;
      duplex.destroy();
      await once(duplex, "close");

      const pair = await openPair(t, ws);
      const data = Buffer.alloc(3_000_000, "0123456789");
      const source = new PassThrough();
      const chunks = [];
      const received = (async () => {
        for await (const chunk of createWebSocketStream(pair.peer)) chunks.push(chunk);
      })();
      for (let at = 0; at < data.length; at += 100_000)
        source.write(data.subarray(at, at + 100_000));
      source.end();
      const out = createWebSocketStream(pair.client);
      out.resume();
      await pipeline(source, out);
      await received;
      assert.ok(Buffer.concat(chunks).equals(data));
    });
  });

  describe(`${name}: extension`, () => {
    const { parse, format } = ws.extension;
    const plain = (value) => JSON.parse(JSON.stringify(value));

    test("parse reads offers with their parameters", () => {
      for (const [header, expected] of [
        ["foo", { foo: [{}] }],
        ["foo,bar; a", { foo: [{}], bar: [{ a: [true] }] }],
        ["foo; a=1; a=2, foo; b", { foo: [{ a: ["1", "2"] }, { b: [true] }] }],
        ['foo; a="b"', { foo: [{ a: ["b"] }] }],
        ['foo; a="b\\c"', { foo: [{ a: ["bc"] }] }],
        ["hasOwnProperty, toString", { hasOwnProperty: [{}], toString: [{}] }],
      ]) {
        assert.deepEqual(plain(parse(header)), expected, header);
      }
    });

    test("parse throws a SyntaxError for what is none", () => {
      for (const header of [
        "",
        "foo;",
        "foo; a=",
        'foo; a="',
        "foo; a=b c",
        "a b",
        "foo; =b",
        "\t",
      ]) {
        assert.throws(() => parse(header), SyntaxError, JSON.stringify(header));
      }
    });

    test("format writes them", () => {
      for (const [extensions, expected] of [
        [{ foo: {} }, "foo"],
        [{ foo: [{}, { a: true }] }, "foo, foo; a"],
        [{ foo: { a: 1, b: ["x", "y"] } }, "foo; a=1; b=x; b=y"],
        [{ foo: {}, bar: {} }, "foo, bar"],
      ]) {
        assert.equal(format(extensions), expected);
      }
    });
  });

  describe(`${name}: subprotocol`, () => {
    test("parse gives a set, or throws a SyntaxError", () => {
      assert.deepEqual(ws.subprotocol.parse("foo, bar ,baz"), new Set(["foo", "bar", "baz"]));
      for (const header of ["", "foo,foo", "a b", "foo;"]) {
        assert.throws(() => ws.subprotocol.parse(header), SyntaxError, JSON.stringify(header));
      }
    });
  });

  describe(`${name}: PerMessageDeflate`, () => {
    test("has the extension's name", () => {
      assert.equal(PerMessageDeflate.extensionName, "permessage-deflate");
    });

    test("offers what its options say", () => {
      assert.deepEqual(new PerMessageDeflate().offer(), { client_max_window_bits: true });
      const options = {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 11,
      };
      assert.deepEqual(new PerMessageDeflate(options).offer(), {
        server_no_context_takeover: true,
        client_no_context_takeover: true,
        server_max_window_bits: 10,
        client_max_window_bits: 11,
      });
      assert.deepEqual(new PerMessageDeflate({ clientMaxWindowBits: false }).offer(), {});
    });

    const offers = ws.extension.parse;
    const accept = (header, options) =>
      new PerMessageDeflate(options).accept(offers(header)["permessage-deflate"]);

    for (const [header, options, expected] of [
      ["permessage-deflate", {}, {}],
      ["permessage-deflate; client_max_window_bits", {}, {}],
      [
        "permessage-deflate; client_max_window_bits",
        { clientMaxWindowBits: 12 },
        { client_max_window_bits: 12 },
      ],
      ["permessage-deflate; server_max_window_bits=10", {}, { server_max_window_bits: 10 }],
      ["permessage-deflate", { serverMaxWindowBits: 9 }, { server_max_window_bits: 9 }],
      [
        "permessage-deflate; server_max_window_bits=8, permessage-deflate",
        { serverMaxWindowBits: 9 },
        { server_max_window_bits: 9 },
      ],
      [
        "permessage-deflate",
        { serverNoContextTakeover: true },
        { server_no_context_takeover: true },
      ],
      ["permessage-deflate; client_max_window_bits=10", { clientMaxWindowBits: false }, {}],
    ]) {
      test(`as a server with ${JSON.stringify(options)} answers ${header}`, () => {
        assert.deepEqual({ ...accept(header, { isServer: true, ...options }) }, expected);
      });
    }

    for (const [header, options, message] of [
      ["permessage-deflate; foo", {}, 'Unknown parameter "foo"'],
      [
        "permessage-deflate; server_max_window_bits=7",
        {},
        'Invalid value for parameter "server_max_window_bits": 7',
      ],
      [
        "permessage-deflate; server_no_context_takeover=1",
        {},
        'Invalid value for parameter "server_no_context_takeover": 1',
      ],
      [
        "permessage-deflate; server_max_window_bits=8; server_max_window_bits=9",
        {},
        'Parameter "server_max_window_bits" must have only a single value',
      ],
      [
        "permessage-deflate",
        { clientMaxWindowBits: 10 },
        "None of the extension offers can be accepted",
      ],
      [
        "permessage-deflate; server_max_window_bits=9",
        { serverMaxWindowBits: false },
        "None of the extension offers can be accepted",
      ],
      [
        "permessage-deflate; server_no_context_takeover",
        { serverNoContextTakeover: false },
        "None of the extension offers can be accepted",
      ],
      [
        "permessage-deflate; client_no_context_takeover",
        { isServer: false, clientNoContextTakeover: false },
        'Unexpected parameter "client_no_context_takeover"',
      ],
      [
        "permessage-deflate; client_max_window_bits=12",
        { isServer: false, clientMaxWindowBits: 10 },
        'Unexpected or invalid parameter "client_max_window_bits"',
      ],
      [
        "permessage-deflate; client_max_window_bits",
        { isServer: false },
        'Invalid value for parameter "client_max_window_bits": true',
      ],
      [
        "permessage-deflate; client_max_window_bits=12",
        { isServer: false, clientMaxWindowBits: false },
        'Unexpected or invalid parameter "client_max_window_bits"',
      ],
    ]) {
      test(`with ${JSON.stringify(options)} throws for ${header}`, () => {
        assert.throws(() => accept(header, { isServer: true, ...options }), { message });
      });
    }

    test("compresses and inflates", async () => {
      const [server, client] = [true, false].map((isServer) => {
        const one = new PerMessageDeflate({ isServer, threshold: 0 });
        one.accept(offers("permessage-deflate")["permessage-deflate"]);
        return one;
      });
      for (const text of ["hello ".repeat(100), "hello ".repeat(100)]) {
        const deflated = await call(server, "compress", text);
        assert.ok(deflated.length < 100);
        assert.equal((await call(client, "decompress", deflated)).toString(), text);
      }
      server.cleanup();
      client.cleanup();
    });

    const call = (deflate, method, data) =>
      new Promise((resolve, reject) => {
        deflate[method](Buffer.from(data), true, (error, result) => {
          if (error) reject(error);
          else resolve(result);
        });
      });
  });

  describe(`${name}: Receiver`, () => {
    test("emits what comes, whatever the pieces", async () => {
      const wire = Buffer.concat([
        masked(0x81, "text"),
        masked(0x02, "bin"),
        masked(0x89, "ping"),
        masked(0x80, "ary"),
        masked(0x8a, "pong"),
        masked(0x88, Buffer.concat([Buffer.of(3, 232), Buffer.from("bye")])),
      ]);
      for (const size of [1, 3, wire.length]) {
        const receiver = new Receiver({ isServer: true });
        const events = [];
        for (const event of ["message", "ping", "pong", "conclude"]) {
          receiver.on(event, (...args) => events.push([event, ...args]));
        }
        const finished = once(receiver, "finish");
        for (let at = 0; at < wire.length; at += size) {
          receiver.write(Buffer.from(wire.subarray(at, at + size)));
        }
        await finished;
        assert.deepEqual(events, [
          ["message", Buffer.from("text"), false],
          ["ping", Buffer.from("ping")],
          ["message", Buffer.from("binary"), true],
          ["pong", Buffer.from("pong")],
          ["conclude", 1000, Buffer.from("bye")],
        ]);
      }
    });

    test("emits errors with the codes", async () => {
      const receiver = new Receiver({ maxPayload: 3 });
      const failed = next(receiver, "error");
      receiver.write(frame(0x81, "four"));
      assert.equal((await failed)[0].code, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
    });

    test("maxBufferedChunks bounds the pieces of a frame", async () => {
      const whole = frame(0x82, "123456");
      const write = async (maxBufferedChunks) => {
        const receiver = new Receiver({ maxBufferedChunks });
        const outcome = Promise.race([
          next(receiver, "error").then(([{ message }]) => message),
          next(receiver, "message").then(([data]) => String(data)),
        ]);
        for (const [from, to] of [[0, 3], [3, 5], [5, 7], [7]]) {
          receiver.write(Buffer.from(whole.subarray(from, to)));
        }
        return outcome;
      };
      assert.equal(await write(3), "Too many buffered chunks");
      assert.equal(await write(4), "123456");
      assert.equal(await write(0), "123456");
      assert.equal(await write(undefined), "123456");
    });

    test("has the kinds of binary", async () => {
      const receiver = new Receiver({ binaryType: "fragments" });
      const came = next(receiver, "message");
      receiver.write(Buffer.concat([frame(0x02, "a"), frame(0x80, "b")]));
      assert.deepEqual(await came, [[Buffer.from("a"), Buffer.from("b")], true]);
    });

    test("gives each event a turn when it is not synchronous", async () => {
      const receiver = new Receiver({ allowSynchronousEvents: false });
      const order = [];
      const done = new Promise((resolve) => {
        receiver.on("message", (data) => {
          order.push(String(data));
          Promise.resolve().then(() => order.push("then"));
          if (order.length === 3) setImmediate(resolve);
        });
      });
      receiver.write(Buffer.concat([frame(0x81, "a"), frame(0x81, "b")]));
      await done;
      assert.deepEqual(order, ["a", "then", "b", "then"]);
    });
  });

  describe(`${name}: Sender`, () => {
    test("frame gives the pieces of a frame", () => {
      const options = { readOnly: false, mask: false, rsv1: false, opcode: 1, fin: true };
      for (const data of ["hello", Buffer.from("hello")]) {
        const pieces = Sender.frame(data, options).map((piece) => Buffer.from(piece));
        assert.deepEqual(Buffer.concat(pieces), frame(0x81, "hello"));
      }
      for (const size of [0, 125, 126, 65_535, 65_536]) {
        const data = Buffer.alloc(size, "x");
        const pieces = Sender.frame(data, { ...options, opcode: 2, rsv1: true });
        assert.deepEqual(Buffer.concat(pieces), frame(0xc2, data));
      }
      const key = [5, 6, 7, 8];
      const generateMask = (mask) => mask.set(key);
      const pieces = Sender.frame(Buffer.from("hello"), {
        ...options,
        mask: true,
        readOnly: true,
        generateMask,
      });
      assert.deepEqual(Buffer.concat(pieces), frame(0x81, "hello", { key }));
    });

    test("sends to a socket", async () => {
      const socket = new PassThrough();
      const reader = new RawReader(socket);
      const sender = new Sender(socket);
      await new Promise((resolve) => {
        sender.send("text", { binary: false, fin: true, mask: false, compress: false }, resolve);
      });
      sender.send(Buffer.from("frag"), { binary: true, fin: false });
      sender.ping("ping", false);
      sender.send(Buffer.from("ment"), { fin: true });
      sender.pong(Buffer.from("pong"), true);
      sender.close(1000, "bye", false);
      const frames = [];
      for (let count = 0; count < 6; count++) frames.push(await reader.frame());
      assert.deepEqual(
        frames.map(({ first, payload }) => [first, payload.toString("latin1")]),
        [
          [0x81, "text"],
          [0x02, "frag"],
          [0x89, "ping"],
          [0x80, "ment"],
          [0x8a, "pong"],
          [0x88, "\u0003\u00e8bye"],
        ],
      );
    });
  });

  describe(`${name}: members without documentation`, () => {
    test("_socket is the network's socket, null before and there afterwards", async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      assert.equal(client._socket, null);
      await once(client, "open");
      assert.ok(client._socket instanceof Socket);
      assert.equal(client._socket.remoteAddress, "127.0.0.1");
      client._socket.setKeepAlive(true);
      assert.equal(client._socket.writableLength, 0);
      client.close();
      await once(client, "close");
      assert.ok(client._socket instanceof Socket);
    });

    test("destroying _socket closes with 1006 and no error", async (t) => {
      const { client } = await openPair(t, ws);
      const closed = once(client, "close");
      client._socket.destroy(new Error("mine"));
      assert.equal((await closed)[0], 1006);
    });

    test("_sender.sendFrame sends a frame that was made before, and calls back", async (t) => {
      const { client, peer } = await openPair(t, ws);
      const options = { readOnly: false, mask: false, rsv1: false, opcode: 1, fin: true };
      const made = Sender.frame("prepared", options);
      const came = take(client, "message", 3);
      peer.send("before");
      await new Promise((resolve) => peer._sender.sendFrame(made, resolve));
      peer.send("after");
      assert.deepEqual((await came).map(String), ["before,false", "prepared,false", "after,false"]);
    });

    test("_isServer, _readyState, _protocol, _extensions, _receiver, _closeCode", async (t) => {
      const { client, peer } = await openPair(t, ws, { protocols: "chat" });
      assert.deepEqual([client._isServer, peer._isServer], [false, true]);
      assert.equal(client._readyState, 1);
      assert.equal(client._protocol, "chat");
      assert.deepEqual(Object.keys(client._extensions), []);
      assert.notEqual(client._receiver, null);
      const closed = once(client, "close");
      peer.close(4001, "why");
      await closed;
      assert.equal(client._closeCode, 4001);
      assert.equal(client._closeMessage.toString(), "why");
      assert.deepEqual([client._closeFrameReceived, client._closeFrameSent], [true, true]);
    });

    test("_receiver._maxPayload is the limit, and can be changed", async (t) => {
      const { client, peer } = await openPair(t, ws, { server: { maxPayload: 100 } });
      assert.equal(peer._receiver._maxPayload, 100);
      peer._receiver._maxPayload = 3;
      const failed = next(peer, "error");
      const came = next(peer, "message");
      client.send("one");
      client.send("four");
      assert.equal((await came)[0].toString(), "one");
      assert.equal((await failed)[0].code, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
    });

    test("setSocket makes an open socket of a stream", async (t) => {
      const [one, two] = duplexPair();
      const client = new WebSocket(null, undefined, { isServer: false });
      client._isServer = false;
      const server = new WebSocket(null, undefined, {});
      const opened = once(client, "open");
      client.setSocket(one, Buffer.alloc(0), { maxPayload: 0 });
      server.setSocket(two, Buffer.alloc(0), { maxPayload: 0 });
      await opened;
      const came = once(server, "message");
      client.send("over streams");
      assert.equal((await came)[0].toString(), "over streams");
      t.after(() => {
        client.terminate();
        server.terminate();
      });
    });

    test("_req is the request under way", async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      assert.equal(typeof client._req.setHeader, "function");
      await once(client, "open");
      assert.equal(client._req, null);
    });
  });
});

describe("a Receiver on frames of all kinds, cut anywhere", () => {
  // All of them UTF-8: what is not is found in the fragment that shows it, and by `ws` at the end.
  const texts = ["", "a", "hello", "é", "x".repeat(126), "\u0003"];
  const usual = [0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a, 0x88];

  /** A number below `count`, each time the same for a seed. */
  function dice(seed) {
    let state = seed;
    return (count) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
  }

  function newCase(roll) {
    const pick = (list) => list[roll(list.length)];
    const isServer = roll(2) === 0;
    const frameOf = () => {
      const make = isServer === roll(30) > 0 ? masked : frame;
      const first = roll(6) > 0 ? pick(usual) : roll(256);
      // A Close of one byte is looked at when the byte has come: what else is wrong comes first.
      const payload = pick(first === 0x88 ? ["", GOODBYE, Buffer.of(3, 237)] : texts);
      return make(first, payload);
    };
    const wire = Buffer.concat(Array.from({ length: 1 + roll(5) }, frameOf));
    const cuts = Array.from({ length: roll(6) }, () => roll(wire.length)).sort((a, b) => a - b);
    const options = {
      isServer,
      maxPayload: pick([0, 10]),
      maxFragments: pick([0, 2]),
      binaryType: pick(["nodebuffer", "arraybuffer", "fragments"]),
    };
    return { wire, cuts, options };
  }

  async function notesOf(ws, { wire, cuts, options }) {
    const receiver = new ws.Receiver(options);
    const notes = [];
    for (const event of ["message", "ping", "pong", "conclude"]) {
      receiver.on(event, (...given) => notes.push([event, ...given]));
    }
    receiver.on("error", ({ name, code, message }) => notes.push([name, code, message]));
    for (const [index, end] of [...cuts, wire.length].entries()) {
      const piece = Buffer.from(wire.subarray(index === 0 ? 0 : cuts[index - 1], end));
      if (piece.length > 0 && receiver.writable) receiver.write(piece);
    }
    await turn();
    return notes;
  }

  test("tells what that of ws tells", async () => {
    const [theirs, ours] = implementations;
    const roll = dice(6455);
    const kinds = new Set();
    for (let round = 0; round < 5000; round++) {
      const one = newCase(roll);
      const expected = await notesOf(theirs.ws, one);
      for (const [kind, code] of expected) kinds.add(kind.endsWith("Error") ? code : kind);
      assert.deepEqual(await notesOf(ours.ws, one), expected, one.wire.toString("hex"));
    }
    assert.ok(kinds.size >= 12, [...kinds].join());
  });
});

function duplexPair() {
  const ends = [0, 1].map(
    () =>
      new Duplex({
        read() {},
        write(chunk, _encoding, done) {
          this.other.push(chunk);
          done();
        },
        final(done) {
          this.other.push(null);
          done();
        },
      }),
  );
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}
