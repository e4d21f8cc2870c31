import assert from "node:assert/strict";
import { once } from "node:events";
import { Socket } from "node:net";
import { describe, test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { openPair } from "./pair.test.util.ts";
import { WebSocket } from "./websocket.ts";

/** Wraps all that is read from it, as the proxies of Vue do: only what has no tag of its own. */
function wrapDeeply<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver);
      return hasPlainTag(value) ? wrapDeeply(value) : value;
    },
  });
}

function hasPlainTag(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Object]";
}

describe("what stands in for the class of ws", () => {
  test("leaves a subclass the names that it may want", async (t) => {
    class Mine extends WebSocket {
      onMessage = 1;
      onClose = 2;
      connection = 3;
      handshake = 4;
      options = 5;
    }
    const { peer, client } = await openPair(t, { WebSocket: Mine });
    const came = once(peer, "message");
    client.send("x");
    assert.equal(String((await came)[0]), "x");
    assert.ok(peer instanceof Mine);
  });

  test("lets what a turn sends leave together", async (t) => {
    const { client, peer } = await openPair(t);
    let writes = 0;
    const socket = peer._socket;
    assert.ok(socket);
    const write = socket.write.bind(socket);
    socket.write = ((...args: Parameters<typeof write>) => {
      writes++;
      return write(...args);
    }) as typeof socket.write;
    const last = new Promise<void>((resolve) => {
      client.on("message", (data) => String(data) === "9" && resolve());
    });
    for (let count = 0; count < 10; count++) peer.send(`${count}`);
    await last;
    assert.equal(writes, 1);
  });

  test("counts no bytes that leave at the end of the turn", async (t) => {
    const { client } = await openPair(t);
    client.send("a few bytes");
    assert.equal(client.bufferedAmount, 0);
    await nextTurn();
    assert.equal(client.bufferedAmount, 0);
  });

  test("ends with an error when a Blob cannot be read", async (t) => {
    const { client, peer } = await openPair(t);
    const closed = once(peer, "close");
    const failed = new Promise<Error>((resolve) => {
      client.on("error", resolve);
    });
    const blob = new Blob(["x"]);
    blob.arrayBuffer = () => Promise.reject(new Error("unreadable"));
    client.send(blob);
    assert.equal((await failed).message, "unreadable");
    assert.equal((await closed)[0], 1006);
  });

  test("writes a Close at the call, behind what was sent before", async (t) => {
    const { client, peer } = await openPair(t);
    const closed = once(client, "close");
    const came = once(client, "message");
    const held = peer._socket;
    peer.send("first");
    peer.close(1001, "bye");
    held?.destroy();
    assert.equal(String((await came)[0]), "first");
    assert.deepEqual(await closed, [1001, Buffer.from("bye")]);
  });

  test("has written everything for whoever takes its socket", async (t) => {
    const { client, peer } = await openPair(t);
    const came = once(client, "message");
    peer.send("first");
    assert.ok(peer._socket instanceof Socket && peer._socket.bytesWritten > 0);
    peer._socket.destroy();
    assert.equal(String((await came)[0]), "first");
  });

  test("drops a peer whose pings outrun the pongs", async (t) => {
    const { client, peer } = await openPair(t, { maxPendingAutoPongs: 2 });
    const pongs: unknown[] = [];
    client.on("pong", (data) => pongs.push(String(data)));
    const closed = once(client, "close");
    const states: number[] = [];
    peer.on("ping", () => states.push(peer.readyState));
    for (const word of ["one", "two", "three", "four"]) client.ping(word);
    assert.equal((await closed)[0], 1006);
    assert.deepEqual(states, [1, 1, 2]);
    assert.deepEqual(pongs, ["one", "two"]);
  });

  test("tells nothing of a read behind terminate()", async (t) => {
    const { client, peer } = await openPair(t);
    const seen: string[] = [];
    peer.on("message", (data) => {
      seen.push(String(data));
      peer.terminate();
    });
    const closed = once(peer, "close");
    for (const word of ["one", "two"]) client.send(word);
    await closed;
    assert.deepEqual(seen, ["one"]);
  });

  test("throws zlib's error, uncaught, for a level that zlib does not have", async (t) => {
    const perMessageDeflate = { zlibDeflateOptions: { level: 99 } };
    const { peer } = await openPair(t, { perMessageDeflate });
    const caught = new Promise<unknown>((resolve) => {
      process.setUncaughtExceptionCaptureCallback(resolve);
    });
    t.after(() => process.setUncaughtExceptionCaptureCallback(null));
    const told = new Promise<unknown>((resolve) => peer.send("text", resolve));
    assert.equal(((await caught) as { code?: string }).code, "ERR_OUT_OF_RANGE");
    assert.ok((await told) instanceof Error, "it was not sent");
  });

  test("may be paused in a message and loses none", async (t) => {
    const { client, peer } = await openPair(t);
    const seen: string[] = [];
    const all = new Promise<void>((resolve) => {
      peer.on("message", (data) => {
        seen.push(String(data));
        peer.pause();
        setImmediate(() => peer.resume());
        if (seen.length === 3) resolve();
      });
    });
    for (const word of ["one", "two", "three"]) client.send(word);
    await all;
    assert.deepEqual(seen, ["one", "two", "three"]);
  });

  for (const [kind, wrap] of [
    ["", <T extends object>(target: T): T => new Proxy(target, {})],
    [" that wraps what it gives", wrapDeeply],
  ] as const) {
    test(`works behind a Proxy${kind}`, async (t) => {
      const { client, peer, url } = await openPair(t);
      const proxy = wrap(client);
      const seen: string[] = [];
      peer.on("message", (data) => seen.push(String(data)));
      proxy.send("text");
      proxy.send(Buffer.from("bytes"));
      proxy.send("in ", { fin: false });
      proxy.send("parts", { fin: true });
      const pinged = once(peer, "ping");
      proxy.ping();
      await pinged;
      assert.deepEqual(seen, ["text", "bytes", "in parts"]);
      proxy.binaryType = "fragments";
      proxy.pause();
      assert.ok(client.isPaused);
      proxy.resume();
      assert.deepEqual(
        [proxy.readyState, proxy.url, proxy.bufferedAmount, proxy.extensions, proxy.binaryType],
        [1, `${url}/`, 0, "", "fragments"],
      );
      const closed = once(peer, "close");
      proxy.close(4000);
      assert.equal((await closed)[0], 4000);
    });
  }
});
