import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { openPair } from "./pair.test.util.ts";
import { WebSocket } from "./websocket.ts";

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
});
