/** partysocket with the class as its constructor: rooms by their address, connections that break. */
import assert from "node:assert/strict";
import PartySocket, { WebSocket as ReconnectingWebSocket } from "partysocket";
import { WebSocket, WebSocketServer } from "ws";
import { assertSame, Mailbox, plain } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads();

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket, { url }) => {
  socket.send(new URL(url, "http://host").pathname);
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
await next(server, "listening");
const { port } = server.address();
const options = { WebSocket, minReconnectionDelay: 1, maxReconnectionDelay: 2, minUptime: 1 };

const on = (socket, type) =>
  new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));

async function talk(socket, path) {
  const messages = new Mailbox();
  socket.addEventListener("message", ({ data }) => messages.put(plain(data)));
  socket.binaryType = "arraybuffer";
  assert.equal(await messages.next(), path);
  for (const data of ["é😀", "x".repeat(70_000), Uint8Array.of(1, 2, 3)]) {
    socket.send(data);
    assertSame(await messages.next(), data);
  }
  for (const leave of [(peer) => peer.close(1012), (peer) => peer.terminate()]) {
    const closed = on(socket, "close");
    for (const peer of server.clients) leave(peer);
    await closed;
    socket.send("meanwhile");
    // What waited goes out before the greeting comes in, or after it.
    const both = [await messages.next(), await messages.next()];
    assert.deepEqual(both.sort(), [path, "meanwhile"]);
  }
  const closed = on(socket, "close");
  socket.close(1000, "done");
  assert.equal((await closed).code, 1000);
}

await talk(new ReconnectingWebSocket(`ws://127.0.0.1:${port}/plain`, undefined, options), "/plain");
const party = new PartySocket({ host: `127.0.0.1:${port}`, room: "lobby", ...options });
await talk(party, "/parties/main/lobby");
await end(server);
assertOpened({ server: 6, client: 6 });
