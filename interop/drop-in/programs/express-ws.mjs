/**
 * express-ws, which asks for ws 7. In the place of ws it gets a version 8, as every override to a newer
 * `ws` would give it: what it does itself is the same, and its users' texts come as Buffers.
 */
import assert from "node:assert/strict";
import express from "express";
import expressWs from "express-ws";
import { WebSocket } from "ws";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next, takeTexts } from "../support/network.mjs";

assertLoads("express-ws");

const { app, getWss } = expressWs(express(), undefined, { wsOptions: { maxPayload: 100_000 } });
app.use((request, _response, following) => {
  request.seen = true;
  following();
});
app.ws("/echo", (socket, request) => {
  assert.equal(request.seen, true);
  socket.on("message", (data) => socket.send(`echo: ${data}`));
});
const router = express.Router();
router.ws("/:name", (socket, { params }) => socket.send(`room of ${params.name}`));
router.get("/:name", ({ params }, response) => response.send(`page of ${params.name}`));
app.use("/rooms", router);
app.ws("/secret", (_socket, _request, following) => following(new Error("no")));
app.use((_error, _request, response, _following) => response.status(500).end());
const server = app.listen(0, "127.0.0.1");
await next(server, "listening");
const { port } = server.address();
const open = (path) => new WebSocket(`ws://127.0.0.1:${port}${path}`);

const socket = open("/echo");
const texts = takeTexts(socket, 2);
await next(socket, "open");
socket.send("é😀");
socket.send("x".repeat(90_000));
assert.deepEqual(await texts, ["echo: é😀", `echo: ${"x".repeat(90_000)}`]);

const room = open("/rooms/ann");
assert.deepEqual(await takeTexts(room, 1), ["room of ann"]);
const page = await fetch(`http://127.0.0.1:${port}/rooms/ann`);
assert.equal(await page.text(), "page of ann");

// No route, and a route that fails: closed.
for (const path of ["/nowhere", "/secret"]) {
  const [code] = await next(open(path), "close");
  assert.equal(code, 1005);
}

const heard = Promise.all([next(socket, "message"), next(room, "message")]);
for (const client of getWss().clients) client.send("to all");
for (const [data] of await heard) assert.equal(String(data), "to all");

const closed = Promise.all([next(socket, "close"), next(room, "close")]);
socket.close(1000);
for (const client of getWss().clients) client.close(1001, "going");
await closed;
server.closeAllConnections();
await end(server);
assertOpened({ server: 4, client: 4 });
