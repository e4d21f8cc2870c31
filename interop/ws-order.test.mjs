/**
 * What a program sees of a whole life, in its order: each scenario is played on `ws` and on what stands in
 * for it, and the two must have noted the same. A note is an event with its arguments and the readyState
 * that a listener finds, or what a call returned, threw or was called back with. Each end of a connection
 * has notes of its own, since what one end sees before the other is the network's.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { implementations, next, openPair, startServer, turn } from "./support/implementations.mjs";
import { frame, masked, rawClient, rawServer } from "./support/raw.mjs";

const FIN_TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const GOODBYE = Buffer.of(3, 232);

/** Notes of one end. */
class Notes {
  all = [];

  add(...what) {
    this.all.push(what.map(plain).join(" "));
  }

  /** Every event of a WebSocket, or of a stream. */
  watch(emitter, events = socketEvents) {
    for (const event of events) {
      emitter.on(event, (...given) => this.add(event, ...given, `in ${emitter.readyState ?? "-"}`));
    }
    return this;
  }

  /** A callback that notes with what it was called. */
  callback(name) {
    return (error) => this.add(name, error?.message ?? `done: ${error}`);
  }

  attempt(name, call) {
    try {
      this.add(name, call());
    } catch (error) {
      this.add(name, "threw", error);
    }
  }
}

const socketEvents = ["open", "message", "ping", "pong", "error", "close", "upgrade", "redirect"];
const streamEvents = ["data", "end", "finish", "error", "close"];

function plain(value) {
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString("latin1"));
  if (value instanceof Error) return `${value.name} ${value.code ?? ""} ${value.message}`;
  return typeof value === "object" ? value.constructor.name : String(value);
}

async function openWatched(t, ws, options) {
  const pair = await openPair(t, ws, options);
  const notes = { client: new Notes().watch(pair.client), peer: new Notes().watch(pair.peer) };
  const closed = Promise.all([next(pair.client, "close"), next(pair.peer, "close")]);
  const end = async () => {
    await closed;
    await turn();
    return [notes.client.all, notes.peer.all];
  };
  return { ...pair, notes, end };
}

/** A raw client of a watched socket. */
async function openRawWatched(t, ws, options) {
  const { server, port } = await startServer(t, ws, options);
  const connected = once(server, "connection");
  const raw = await rawClient(t, port);
  raw.socket.resume();
  const [peer] = await connected;
  const notes = new Notes().watch(peer);
  const closed = next(peer, "close");
  const end = async () => {
    await closed;
    await turn();
    return [notes.all];
  };
  return { ...raw, peer, notes, end };
}

/** A client that never opens, or may. */
async function dialWatched(ws, url, options, act = () => {}) {
  const client = new ws.WebSocket(url, options);
  const notes = new Notes().watch(client);
  const closed = next(client, "close");
  act(client, notes);
  await closed;
  await turn();
  return [notes.all.map((note) => note.replace(/127\.0\.0\.1:\d+/g, "host"))];
}

const scenarios = {
  async "a talk that the client closes"(t, ws) {
    const { client, peer, notes, end } = await openWatched(t, ws);
    peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
    const answered = next(client, "pong");
    client.send("text", notes.client.callback("sent text"));
    client.send(Buffer.from("bytes"), notes.client.callback("sent bytes"));
    client.ping("?", undefined, notes.client.callback("sent ping"));
    await answered;
    client.close(1000, "bye");
    notes.client.add("closing in", client.readyState, client.bufferedAmount);
    return end();
  },

  async "a Close of the server, and what is called afterwards"(t, ws) {
    const { client, peer, notes, end } = await openWatched(t, ws);
    peer.close(4001, "kicked");
    peer.close(4002, "again");
    peer.send("late", notes.peer.callback("late"));
    client.on("close", () => {
      const own = notes.client;
      client.send("later", own.callback("later"));
      for (const name of ["close", "terminate", "pause", "resume", "ping", "pong"]) {
        own.attempt(name, () => client[name]());
      }
      own.add(client.bufferedAmount, client.isPaused, client.extensions, client.protocol);
    });
    return end();
  },

  async "Closes that cross"(t, ws) {
    const { client, peer, end } = await openWatched(t, ws);
    client.close(3001, "mine");
    peer.close(3002, "yours");
    return end();
  },

  async "a peer that terminates"(t, ws) {
    const { client, peer, end } = await openWatched(t, ws);
    const came = next(client, "message");
    peer.send("last");
    await came;
    peer.terminate();
    return end();
  },

  async "everything in one packet, and more behind the Close"(t, ws) {
    const { socket, end } = await openRawWatched(t, ws);
    socket.write(
      Buffer.concat([
        masked(FIN_TEXT, "one"),
        masked(0x02, "fra"),
        masked(PING, "between"),
        masked(0x80, "gments"),
        masked(0x8a, "pong"),
        masked(CLOSE, Buffer.concat([GOODBYE, Buffer.from("bye")])),
        masked(FIN_TEXT, "never"),
      ]),
    );
    socket.end();
    return end();
  },

  async "an error behind messages, and calls in its listener"(t, ws) {
    const { socket, peer, notes, end } = await openRawWatched(t, ws);
    peer.on("error", () => {
      notes.attempt("close", () => peer.close(4000, "mine"));
      notes.attempt("send", () => peer.send("late", notes.callback("late")));
    });
    socket.write(
      Buffer.concat([masked(FIN_TEXT, "good"), masked(0x83, ""), masked(FIN_TEXT, "no")]),
    );
    socket.end();
    return end();
  },

  async "close() in a message with more behind it"(t, ws) {
    const { socket, peer, end } = await openRawWatched(t, ws);
    peer.once("message", () => peer.close(1000, "enough"));
    socket.write(Buffer.concat(["a", "b", "c"].map((text) => masked(FIN_TEXT, text))));
    socket.write(masked(CLOSE, GOODBYE));
    socket.end();
    return end();
  },

  async "a stream that ends in the middle of a frame"(t, ws) {
    const { socket, end } = await openRawWatched(t, ws);
    socket.end(Buffer.concat([masked(FIN_TEXT, "whole"), masked(FIN_TEXT, "half").subarray(0, 7)]));
    return end();
  },

  async "pause() while the peer ends"(t, ws) {
    const { socket, peer, notes, end } = await openRawWatched(t, ws);
    peer.pause();
    socket.end(Buffer.concat([masked(FIN_TEXT, "kept"), masked(CLOSE, GOODBYE)]));
    await turn();
    notes.add("paused", peer.isPaused, peer.readyState);
    peer.resume();
    return end();
  },

  async "a connection that nobody accepts"(_t, ws) {
    return dialWatched(ws, "ws://127.0.0.1:1");
  },

  async "close() and terminate() while connecting"(t, ws) {
    const { url } = await rawServer(t, () => {});
    const both = await Promise.all(
      ["close", "terminate"].map((name) =>
        dialWatched(ws, url, {}, (client, notes) => {
          notes.attempt("send", () => client.send("x"));
          notes.attempt(name, () => client[name]());
          notes.add(client.readyState);
          notes.attempt("send", () => client.send("x", notes.callback("sent")));
          notes.attempt(name, () => client[name]());
          notes.add(client.bufferedAmount);
        }),
      ),
    );
    return both.flat();
  },

  async "a redirect to a path, and a refusal there"(t, ws) {
    const { url } = await rawServer(t, (request, socket) => {
      const to = request.url === "/" ? "302 Found\r\nLocation: /there" : "403 Forbidden";
      socket.end(`HTTP/1.1 ${to}\r\nContent-Length: 0\r\n\r\n`);
    });
    return dialWatched(ws, url, { followRedirects: true });
  },

  async "a server that greets and closes at once"(t, ws) {
    const { server, url } = await startServer(t, ws);
    server.on("connection", (socket) => {
      socket.send("welcome");
      socket.ping("?");
      socket.close(1013, "full");
    });
    return dialWatched(ws, url);
  },

  async "a signal that aborts"(t, ws) {
    const { url } = await rawServer(t, () => {});
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    return dialWatched(ws, url, { signal: controller.signal });
  },

  async "a server that closes with clients connected"(t, ws) {
    const { server, client, peer, end, notes } = await openWatched(t, ws);
    const own = new Notes();
    const over = next(server, "close");
    peer.on("close", () => own.add("peer closed", server.clients.size));
    server.on("close", () => own.add("close"));
    server.close(own.callback("closed"));
    server.close(own.callback("closed twice"));
    own.add("clients", server.clients.size, peer.readyState);
    client.send("still open");
    await next(peer, "message");
    for (const one of server.clients) one.close(1001, "going");
    const ends = await end();
    await over;
    notes.peer.add("over");
    server.close(own.callback("closed again"));
    await next(server, "close");
    return [...ends, own.all];
  },

  async "an HTTP server that is shared, with paths"(t, ws) {
    const http = createServer();
    const paths = ["/a", "/b"];
    const own = new Notes();
    for (const path of paths) {
      const server = new ws.WebSocketServer({ noServer: true, path });
      server.on("connection", (socket, request) => {
        own.add(path, request.url);
        socket.close(1000, path);
      });
      http.on("upgrade", (request, socket, head) => {
        if (!server.shouldHandle(request)) return;
        server.handleUpgrade(request, socket, head, (one) =>
          server.emit("connection", one, request),
        );
      });
    }
    http.on("upgrade", (request, socket) => {
      if (!paths.some((path) => request.url.startsWith(path))) socket.destroy();
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    t.after(() => void http.close());
    const seen = [];
    for (const path of ["/a", "/b?x=1", "/c"]) {
      seen.push(...(await dialWatched(ws, `ws://127.0.0.1:${http.address().port}${path}`)));
    }
    return [...seen, own.all];
  },

  async "callbacks, ticks and promises of one turn"(t, ws) {
    const { client, notes, end } = await openWatched(t, ws);
    const own = notes.client;
    client.send("a", own.callback("a"));
    client.send("b", own.callback("b"));
    Promise.resolve().then(() => own.add("promise"));
    own.add("code");
    await turn();
    client.terminate();
    own.add("terminated", client.readyState);
    return end();
  },

  async "a stream that is written, read and ended"(t, ws) {
    const { client, peer, end } = await openWatched(t, ws);
    const own = new Notes();
    const duplex = ws.createWebSocketStream(client, { encoding: "utf8" });
    own.watch(duplex, streamEvents);
    const over = next(duplex, "close");
    peer.on("message", (data) => peer.send(`re ${data}`));
    const answered = next(duplex, "data");
    duplex.write("one");
    await answered;
    duplex.end("two");
    const ends = await end();
    await over;
    own.add(duplex.destroyed, duplex.readableEnded, duplex.writableFinished);
    return [...ends, own.all];
  },

  async "a stream that is destroyed, and one whose peer breaks the protocol"(t, ws) {
    const { client, end } = await openWatched(t, ws);
    const own = new Notes();
    const duplex = ws.createWebSocketStream(client);
    own.watch(duplex, streamEvents);
    const over = next(duplex, "close");
    duplex.destroy(new Error("mine"));
    const ends = await end();
    await over;
    const raw = await openRawWatched(t, ws);
    const other = ws.createWebSocketStream(raw.peer);
    own.watch(other, streamEvents);
    const otherOver = next(other, "close");
    raw.socket.end(frame(FIN_TEXT, "unmasked"));
    const rawEnds = await raw.end();
    await otherOver;
    return [...ends, ...rawEnds, own.all];
  },
};

describe("what a program sees, in its order, is what it sees with ws", () => {
  for (const [name, play] of Object.entries(scenarios)) {
    test(name, async (t) => {
      const [theirs, ours] = implementations;
      const expected = await play(t, theirs.ws);
      assert.ok(expected.flat().length > 0, "something was noted");
      assert.deepEqual(await play(t, ours.ws), expected);
    });
  }

  test("notes that differ are seen", () => {
    const [one, other] = [new Notes(), new Notes()];
    one.add("close", 1000, Buffer.from("a"), new RangeError("x"));
    other.add("close", 1000, Buffer.from("b"), new RangeError("x"));
    assert.notDeepEqual(one.all, other.all);
    assert.equal(one.all[0], 'close 1000 "a" RangeError  x');
  });
});
