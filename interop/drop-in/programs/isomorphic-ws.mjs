/** isomorphic-ws: one name for the class in Node and in browsers, used as in a browser. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import WebSocket from "isomorphic-ws";
import Direct from "ws";
import { assertSame, Talk } from "../../support/events.mjs";
import { BINARIES, TEXTS } from "../../support/payloads.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads("isomorphic-ws");
assert.equal(WebSocket, Direct);
assert.equal(createRequire(import.meta.url)("isomorphic-ws"), Direct);

const server = new WebSocket.WebSocketServer({
  port: 0,
  host: "127.0.0.1",
  perMessageDeflate: true,
});
server.on("connection", (socket) => {
  socket.addEventListener("message", ({ data }) => socket.send(data));
});
await next(server, "listening");
const url = `ws://127.0.0.1:${server.address().port}`;

const talk = await Talk.open(new WebSocket(url, ["one", "two"]));
assert.equal(talk.socket.protocol, "one");
for (const data of [...TEXTS, ...BINARIES]) assertSame(await talk.ask(data), data);
talk.socket.close(4000, "done");
assert.deepEqual(await talk.closed, { code: 4000, reason: "done", wasClean: true });

// As attributes.
const socket = new WebSocket(url);
await new Promise((resolve) => {
  socket.onopen = resolve;
});
const received = new Promise((resolve) => {
  socket.onmessage = ({ data, target }) => resolve([data, target]);
});
socket.send("to onmessage");
assert.deepEqual(await received, ["to onmessage", socket]);
const closed = new Promise((resolve) => {
  socket.onclose = ({ code }) => resolve(code);
});
for (const client of server.clients) client.close(1012);
assert.equal(await closed, 1012);
await end(server);

const failed = new WebSocket(url);
assert.equal(
  await new Promise((resolve) => (failed.onerror = ({ type }) => resolve(type))),
  "error",
);
assertOpened({ server: 2, client: 2 });
