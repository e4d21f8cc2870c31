/**
 * Sockets and servers behind a `Proxy`, as programs log or watch them: each documented member is reached
 * with the proxy as `this`, held against `ws` and against the drop-in.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { forEach, next, openPair, startServer, take } from "./support/implementations.mjs";

/** Getters, setters and methods get the proxy itself as `this`. */
function watch(target) {
  const names = new Set();
  const proxy = new Proxy(target, {
    get(object, name, receiver) {
      names.add(name);
      return Reflect.get(object, name, receiver);
    },
    set: (object, name, value, receiver) => Reflect.set(object, name, value, receiver),
  });
  return { proxy, names };
}

forEach((ws, name) => {
  const { WebSocket, WebSocketServer } = ws;

  /** The client behind a proxy. */
  async function openWatched(t, options) {
    const pair = await openPair(t, ws, options);
    return { ...pair, ...watch(pair.client) };
  }

  describe(`${name}: a WebSocket behind a Proxy`, () => {
    test("shows its attributes", async (t) => {
      const { proxy, client, url } = await openWatched(t, {
        server: { perMessageDeflate: true },
        protocols: ["chat"],
      });
      assert.equal(proxy.readyState, WebSocket.OPEN);
      assert.equal(proxy.OPEN, WebSocket.OPEN);
      assert.equal(proxy.url, `${url}/`);
      assert.equal(proxy.protocol, "chat");
      assert.equal(proxy.extensions, "permessage-deflate");
      assert.equal(proxy.bufferedAmount, 0);
      assert.equal(proxy.isPaused, false);
      assert.equal(proxy._socket.remoteAddress, "127.0.0.1");
      proxy.binaryType = "arraybuffer";
      assert.equal(proxy.binaryType, "arraybuffer");
      assert.equal(client.binaryType, "arraybuffer");
      assert.ok(proxy instanceof WebSocket);
    });

    test("sends texts, bytes, Blobs and fragments, and calls back", async (t) => {
      const { proxy, peer, names } = await openWatched(t);
      const came = take(peer, "message", 4);
      proxy.send("text");
      await new Promise((resolve) => proxy.send(Buffer.from("bytes"), resolve));
      proxy.send(new Blob(["blob"]));
      proxy.send("one ", { fin: false });
      proxy.send("two", { fin: true });
      assert.deepEqual((await came).map(String), [
        "text,false",
        "bytes,true",
        "blob,true",
        "one two,false",
      ]);
      assert.ok(names.has("send"), "the proxy saw it");
    });

    test("pings and pongs", async (t) => {
      const { proxy, peer } = await openWatched(t);
      const pinged = next(peer, "ping");
      const answered = next(proxy, "pong");
      proxy.ping("are you there");
      assert.equal(String((await pinged)[0]), "are you there");
      assert.equal(String((await answered)[0]), "are you there");
      const ponged = next(peer, "pong");
      proxy.pong("here I am");
      assert.equal(String((await ponged)[0]), "here I am");
    });

    test("pauses and goes on", async (t) => {
      const { proxy, client, peer } = await openWatched(t);
      proxy.pause();
      assert.ok(client.isPaused);
      const came = next(proxy, "message");
      peer.send("later");
      proxy.resume();
      assert.equal(String((await came)[0]), "later");
    });

    test("has listeners of both kinds, whose events have the socket as target", async (t) => {
      const { proxy, client, peer } = await openWatched(t);
      const events = [];
      const listener = (event) => events.push(event);
      proxy.addEventListener("message", listener);
      proxy.onmessage = listener;
      assert.equal(proxy.onmessage, listener);
      const came = next(client, "message");
      peer.send("x");
      await came;
      assert.deepEqual(
        events.map(({ data, target }) => [data, target === client]),
        [
          ["x", true],
          ["x", true],
        ],
      );
      proxy.removeEventListener("message", listener);
      proxy.onmessage = null;
      assert.equal(client.listenerCount("message"), 0);
    });

    test("closes", async (t) => {
      const { proxy, peer } = await openWatched(t);
      const told = next(peer, "close");
      const closed = next(proxy, "close");
      proxy.close(4000, "bye");
      assert.equal(proxy.readyState, WebSocket.CLOSING);
      assert.equal(String(await told), "4000,bye");
      assert.equal((await closed)[0], 4000);
      const error = await new Promise((resolve) => proxy.send("late", resolve));
      assert.match(error.message, /readyState 3/);
      assert.equal(proxy.bufferedAmount, 4);
    });

    test("is terminated", async (t) => {
      const { proxy, peer } = await openWatched(t);
      const told = next(peer, "close");
      proxy.terminate();
      assert.equal((await told)[0], 1006);
    });

    test("is used and given up before it is open", async (t) => {
      const { url } = await startServer(t, ws);
      const { proxy } = watch(new WebSocket(url));
      assert.throws(() => proxy.send("x"), /CONNECTING/);
      const failed = next(proxy, "error");
      const closed = next(proxy, "close");
      proxy.close();
      assert.match((await failed)[0].message, /closed before the connection was established/);
      assert.equal((await closed)[0], 1006);
    });
  });

  describe(`${name}: a WebSocketServer behind a Proxy`, () => {
    test("tells of connections, and closes", async (t) => {
      const { server, url } = await startServer(t, ws);
      const { proxy } = watch(server);
      assert.equal(typeof proxy.address().port, "number");
      const connected = next(proxy, "connection");
      const client = new WebSocket(url);
      await Promise.all([connected, once(client, "open")]);
      assert.equal(proxy.clients.size, 1);
      const gone = next(client, "close");
      client.close();
      await gone;
      await new Promise((resolve) => proxy.close(resolve));
      const error = await new Promise((resolve) => proxy.close(resolve));
      assert.equal(error.message, "The server is not running");
    });

    test("upgrades by hand, refuses, and waits for its clients when it closes", async (t) => {
      const { proxy } = watch(new WebSocketServer({ noServer: true, path: "/here" }));
      const http = createServer();
      http.on("upgrade", (request, socket, head) => {
        proxy.handleUpgrade(request, socket, head, (peer) => proxy.emit("connection", peer));
      });
      http.listen(0, "127.0.0.1");
      await once(http, "listening");
      t.after(() => http.close());
      const url = `ws://127.0.0.1:${http.address().port}`;
      const refused = next(new WebSocket(`${url}/there`), "error");
      assert.match((await refused)[0].message, /400/);
      const connected = next(proxy, "connection");
      const client = new WebSocket(`${url}/here`);
      await Promise.all([connected, once(client, "open")]);
      const closed = next(proxy, "close");
      proxy.close();
      client.terminate();
      await closed;
      assert.equal(proxy.clients.size, 0);
    });
  });
});
