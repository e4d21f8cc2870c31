/** engine.io by itself: polling that becomes a WebSocket, heartbeats, bytes, a message that is too large. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { attach } from "engine.io";
import { Socket } from "engine.io-client";
import { assertSame } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, listen, next } from "../support/network.mjs";

assertLoads("engine.io", "engine.io-client");

const http = createServer();
const server = attach(http, {
  perMessageDeflate: { threshold: 0 },
  maxHttpBufferSize: 100_000,
  pingInterval: 10,
  pingTimeout: 20_000,
});
server.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
const port = await listen(http);

const socket = new Socket(`ws://127.0.0.1:${port}`, { transports: ["polling", "websocket"] });
socket.binaryType = "nodebuffer";
await next(socket, "open");
assert.equal(socket.transport.name, "polling");
const [transport] = await next(socket, "upgrade");
assert.equal(transport.name, "websocket");

// Both directions, in order.
const sent = ["é😀", Buffer.from([0, 1, 255]), "x".repeat(90_000), Buffer.alloc(90_000, 7)];
const came = [];
const all = new Promise((resolve) => {
  socket.on("message", (data) => {
    came.push(data);
    if (came.length === sent.length) resolve();
  });
});
for (const data of sent) socket.send(data);
await all;
for (const [i, data] of sent.entries()) assertSame(came[i], data);

// Heartbeats, which the server starts.
for (let i = 0; i < 5; i++) await next(socket, "ping");
assert.equal(socket.readyState, "open");

// maxHttpBufferSize is the maxPayload of ws: the server ends the connection.
const closed = next(socket, "close");
socket.send("x".repeat(100_001));
assert.equal((await closed)[0], "transport close");

server.close();
await end(http);
assertOpened({ server: 1, client: 1 });
