/** koa-websocket: middleware that runs for sockets, its context, and what it leaves to Koa. */
import assert from "node:assert/strict";
import Koa from "koa";
import websockify from "koa-websocket";
import { WebSocket } from "ws";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next, takeTexts } from "../support/network.mjs";

assertLoads("koa-websocket");

const app = websockify(new Koa(), { maxPayload: 100_000 });
app.use((context) => {
  context.body = "by HTTP";
});
app.ws.use(async (context, following) => {
  context.state.name = context.query.name;
  await following();
});
app.ws.use((context) => {
  context.websocket.send(`hello ${context.state.name} on ${context.path}`);
  context.websocket.on("message", (data, isBinary) => {
    context.websocket.send(data, { binary: isBinary });
  });
});
const server = app.listen(0, "127.0.0.1");
await next(server, "listening");
const { port } = server.address();

const socket = new WebSocket(`ws://127.0.0.1:${port}/talk?name=ann`);
const texts = takeTexts(socket, 3);
await next(socket, "open");
socket.send("one");
socket.send("é".repeat(40_000));
assert.deepEqual(await texts, ["hello ann on /talk", "one", "é".repeat(40_000)]);
const back = next(socket, "message");
socket.send(Buffer.from([1, 2, 3]));
assert.deepEqual(await back, [Buffer.from([1, 2, 3]), true]);
assert.equal(app.ws.server.clients.size, 1);

assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "by HTTP");

for (const client of app.ws.server.clients) client.close(4000, "enough");
assert.deepEqual(await next(socket, "close"), [4000, Buffer.from("enough")]);

const large = new WebSocket(`ws://127.0.0.1:${port}/`);
await next(large, "open");
for (const client of app.ws.server.clients) client.on("error", () => {});
const ended = next(large, "close");
large.send(Buffer.alloc(100_001));
assert.equal((await ended)[0], 1009);

server.closeAllConnections();
await end(server);
assertOpened({ server: 2, client: 2 });
