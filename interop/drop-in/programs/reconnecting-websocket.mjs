/** reconnecting-websocket with the class as its constructor: connections that break, and what waits for them. */
import assert from "node:assert/strict";
import ReconnectingWebSocket from "reconnecting-websocket";
import { WebSocket, WebSocketServer } from "ws";
import { assertSame, Mailbox, plain } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads();

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
await next(server, "listening");

const socket = new ReconnectingWebSocket(`ws://127.0.0.1:${server.address().port}`, ["one"], {
  WebSocket,
  minReconnectionDelay: 1,
  maxReconnectionDelay: 2,
  minUptime: 1,
});
socket.binaryType = "arraybuffer";
const messages = new Mailbox();
socket.addEventListener("message", ({ data }) => messages.put(plain(data)));
const on = (type) =>
  new Promise((resolve) => {
    socket.addEventListener(type, function once(event) {
      socket.removeEventListener(type, once);
      resolve(event);
    });
  });

// Sent before it is open: goes out when it is.
const opened = on("open");
socket.send("early");
await opened;
assert.ok(socket._ws instanceof WebSocket);
assert.equal(socket.protocol, "one");
assert.equal(await messages.next(), "early");
for (const data of ["é😀", "x".repeat(70_000), Uint8Array.of(1, 2, 3)]) {
  socket.send(data);
  assertSame(await messages.next(), data);
}

// Ended by the server in three ways: each time a new connection, which gets what was sent meanwhile.
const ways = [(peer) => peer.close(1012), (peer) => peer.terminate(), (peer) => peer.close(4000)];
for (const [i, leave] of ways.entries()) {
  const reopened = on("open");
  const closed = on("close");
  for (const peer of server.clients) leave(peer);
  await closed;
  socket.send(`meanwhile ${i}`);
  await reopened;
  assert.equal(await messages.next(), `meanwhile ${i}`);
  assert.equal(socket.binaryType, "arraybuffer");
}

const closed = on("close");
socket.close(1000, "done");
assert.equal((await closed).code, 1000);
await end(server);
assertOpened({ server: 4, client: 4 });
