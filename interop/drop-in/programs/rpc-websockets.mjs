/** rpc-websockets: JSON-RPC 2.0 calls, errors, notifications, events to subscribers, login, reconnection. */
import assert from "node:assert/strict";
import { Client, Server } from "rpc-websockets";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { next } from "../support/network.mjs";

assertLoads("rpc-websockets");

const server = new Server({ port: 0, host: "127.0.0.1" });
await next(server, "listening");
const { port } = server.wss.address();
const notified = new Promise((resolve) => {
  server.register("note", resolve);
});
server.register("sum", (numbers) => numbers.reduce((sum, number) => sum + number, 0));
server.register("echo", ([text]) => text);
server.register("fail", () => {
  throw server.createError(-32_000, "on purpose", { because: "asked" });
});
server.register("secret", () => "told").protected();
server.setAuth(({ name }) => name === "ann");
server.event("tick");

const connect = async (options = {}) => {
  const client = new Client(`ws://127.0.0.1:${port}`, { reconnect: false, ...options });
  await next(client, "open");
  return client;
};
const [one, two] = await Promise.all([connect(), connect()]);

const sums = Array.from({ length: 200 }, (_, i) => one.call("sum", [i, 1, 2]));
assert.deepEqual(
  await Promise.all(sums),
  Array.from({ length: 200 }, (_, i) => i + 3),
);
for (const text of ["", "é😀", "x".repeat(200_000)])
  assert.equal(await one.call("echo", [text]), text);
await assert.rejects(one.call("fail"), { code: -32_000, message: "on purpose" });
await assert.rejects(one.call("nothing"), { code: -32_601 });
await one.notify("note", ["seen"]);
assert.deepEqual(await notified, ["seen"]);

await assert.rejects(one.call("secret"), { code: -32_605 });
assert.equal(await one.login({ name: "ann" }), true);
assert.equal(await one.call("secret"), "told");

await one.subscribe("tick");
two.on("tick", () => assert.fail("not subscribed"));
const ticked = next(one, "tick");
server.emit("tick", "now", 1);
assert.deepEqual(await ticked, ["now", 1]);
assert.equal(await two.call("echo", ["nothing came before this"]), "nothing came before this");

// Dropped by the server: the client connects again.
const again = await connect({ reconnect: true, reconnect_interval: 1 });
const reopened = new Promise((resolve) => again.once("close", () => again.once("open", resolve)));
for (const socket of server.wss.clients) socket.terminate();
await reopened;
assert.equal(await again.call("echo", ["again"]), "again");

again.setAutoReconnect(false);
const closed = next(again, "close");
again.close(4001, "done");
assert.deepEqual((await closed)[0], 4001);
await server.close();
assertOpened({ server: 4, client: 4 });
