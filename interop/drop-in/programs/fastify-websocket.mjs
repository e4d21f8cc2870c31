/** @fastify/websocket: routes, a hook that refuses, streams, a broadcast, injectWS, the server's end. */
import assert from "node:assert/strict";
import websocket from "@fastify/websocket";
import fastify from "fastify";
import { createWebSocketStream, WebSocket } from "ws";
import { assertSame } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { next, takeTexts } from "../support/network.mjs";

assertLoads("@fastify/websocket");

const app = fastify();
await app.register(websocket, { options: { maxPayload: 2 ** 20, perMessageDeflate: true } });
app.get("/echo/:name", { websocket: true }, (socket, { params }) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.send(`hello ${params.name}`);
});
app.get("/stream", { websocket: true }, (socket) => {
  const stream = createWebSocketStream(socket);
  stream.pipe(stream);
});
app.get("/all", { websocket: true }, (socket) => {
  socket.on("message", (data) => {
    for (const client of app.websocketServer.clients) client.send(`all: ${data}`);
  });
});
app.get("/closed", { websocket: true, preValidation: refuse }, () => assert.fail("let in"));
async function refuse(_request, reply) {
  await reply.code(401).send("not you");
}
const { port } = new URL(await app.listen({ port: 0, host: "127.0.0.1" }));
const url = (path) => `ws://127.0.0.1:${port}${path}`;

const socket = new WebSocket(url("/echo/ann"));
const texts = takeTexts(socket, 3);
await next(socket, "open");
socket.send("é😀");
socket.send("x".repeat(200_000));
assert.deepEqual(await texts, ["hello ann", "é😀", "x".repeat(200_000)]);
const bytes = Buffer.alloc(500_000, 9);
const back = next(socket, "message");
socket.send(bytes);
assertSame((await back)[0], bytes);

const piped = createWebSocketStream(new WebSocket(url("/stream")));
const parts = [];
piped.on("data", (part) => parts.push(part));
for (let i = 0; i < 100; i++) piped.write(Buffer.alloc(1000, i));
await new Promise((resolve) => {
  piped.on("data", () => {
    if (parts.reduce((sum, { length }) => sum + length, 0) === 100_000) resolve();
  });
});
assertSame(
  Buffer.concat(parts),
  Buffer.concat(Array.from({ length: 100 }, (_, i) => Buffer.alloc(1000, i))),
);
piped.destroy();

const refused = new WebSocket(url("/closed"));
const [error] = await next(refused, "error");
assert.equal(error.message, "Unexpected server response: 401");

const listener = new WebSocket(url("/all"));
await next(listener, "open");
const heard = Promise.all([next(socket, "message"), next(listener, "message")]);
listener.send("news");
for (const [data] of await heard) assert.equal(String(data), "all: news");

const tooLarge = new WebSocket(url("/echo/bob"));
await next(tooLarge, "open");
const ended = next(tooLarge, "close");
tooLarge.send(Buffer.alloc(2 ** 20 + 1));
assert.equal((await ended)[0], 1009);

const injected = await app.injectWS("/echo/eve");
const hello = next(injected, "message");
injected.send("through streams");
assert.ok(["hello eve", "through streams"].includes(String((await hello)[0])));
injected.terminate();

const closed = Promise.all([next(socket, "close"), next(listener, "close")]);
await app.close();
for (const [code] of await closed) assert.equal(code, 1005);
assertOpened({ server: 5, client: 5 });
