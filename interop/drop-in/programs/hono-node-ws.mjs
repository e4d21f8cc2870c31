/** @hono/node-ws: Hono's upgradeWebSocket on Node, its events, and routes that are none. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { serve } from "@hono/node-server";
import { createNodeWebSocket } from "@hono/node-ws";
import { Hono } from "hono";
import { WebSocket } from "ws";
import { assertSame, Talk } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads("@hono/node-ws");

const app = new Hono();
const { injectWebSocket, upgradeWebSocket, wss } = createNodeWebSocket({ app });
const ends = [];
const listening = upgradeWebSocket((context) => ({
  onOpen(_event, socket) {
    socket.send(`hello ${context.req.param("name")}`);
  },
  onMessage({ data }, socket) {
    if (data === "leave") socket.close(4000, "as asked");
    else socket.send(data);
  },
  onClose({ code, reason }) {
    ends.push([code, reason]);
  },
}));
app.get("/talk/:name", listening);
app.get("/page", (context) => context.text("by HTTP"));
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
injectWebSocket(server);
await once(server, "listening");
const { port } = server.address();
const open = (path) => Talk.open(new WebSocket(`ws://127.0.0.1:${port}${path}`));

const talk = await open("/talk/ann");
assert.equal(await talk.messages.next(), "hello ann");
const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i & 255);
for (const data of ["é😀", "x".repeat(100_000), bytes]) assertSame(await talk.ask(data), data);
talk.socket.send("leave");
assert.deepEqual(await talk.closed, { code: 4000, reason: "as asked", wasClean: true });

const other = await open("/talk/bob");
assert.equal(await other.messages.next(), "hello bob");
const closed = new Promise((resolve) => {
  for (const client of wss.clients) client.once("close", resolve);
});
other.socket.close(4001, "mine");
await closed;
assert.deepEqual(ends, [
  [4000, "as asked"],
  [4001, "mine"],
]);

assert.equal(await (await fetch(`http://127.0.0.1:${port}/page`)).text(), "by HTTP");
const refused = new WebSocket(`ws://127.0.0.1:${port}/nowhere`);
assert.match(
  (await next(refused, "error"))[0].message,
  /Unexpected server response|socket hang up/,
);

server.closeAllConnections();
await end(server);
assertOpened({ server: 2, client: 2 });
