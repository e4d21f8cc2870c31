/** @nestjs/platform-ws: gateways on the application's server, on paths, and on a port of their own. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { WsAdapter } from "@nestjs/platform-ws";
import { SubscribeMessage, WebSocketGateway, WebSocketServer } from "@nestjs/websockets";
import { from, map } from "rxjs";
import { WebSocket } from "ws";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { next, takeTexts } from "../support/network.mjs";

assertLoads("@nestjs/platform-ws");

const seen = [];

/** What a compiler makes of decorators. */
function decorate(target, name, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  for (const one of decorators) one(target, name, descriptor);
}

class Gateway {
  handleConnection(socket) {
    seen.push("connection");
    socket.send("welcome");
  }
  handleDisconnect() {
    seen.push("disconnect");
  }
  echo(_socket, data) {
    return { event: "echo", data };
  }
  count(_socket, to) {
    const numbers = Array.from({ length: to }, (_, i) => i + 1);
    return from(numbers).pipe(map((data) => ({ event: "count", data })));
  }
  all(_socket, data) {
    for (const client of this.server.clients) client.send(JSON.stringify({ event: "all", data }));
  }
}
for (const name of ["echo", "count", "all"])
  decorate(Gateway.prototype, name, SubscribeMessage(name));
WebSocketServer()(Gateway.prototype, "server");
WebSocketGateway({ path: "/talk" })(Gateway);

class Other {
  echo(_socket, data) {
    return { event: "other", data };
  }
}
decorate(Other.prototype, "echo", SubscribeMessage("echo"));
WebSocketGateway({ path: "/other" })(Other);

class Application {}
Module({ providers: [Gateway, Other] })(Application);

const app = await NestFactory.create(Application, { logger: ["error"] });
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(0, "127.0.0.1");
const { port } = app.getHttpServer().address();
const open = async (path) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const welcome = path === "/talk" ? takeTexts(socket, 1) : undefined;
  await next(socket, "open");
  if (welcome !== undefined) assert.deepEqual(await welcome, ["welcome"]);
  return socket;
};
const ask = async (socket, event, data, count = 1) => {
  const answers = takeTexts(socket, count);
  socket.send(JSON.stringify({ event, data }));
  return (await answers).map((text) => JSON.parse(text));
};

const [one, two, other] = await Promise.all([open("/talk"), open("/talk"), open("/other")]);
for (const data of ["", "é😀", { deep: [1, null] }, "x".repeat(100_000)])
  assert.deepEqual(await ask(one, "echo", data), [{ event: "echo", data }]);
assert.deepEqual(
  (await ask(one, "count", 100, 100)).map(({ data }) => data),
  Array.from({ length: 100 }, (_, i) => i + 1),
);
assert.deepEqual(await ask(other, "echo", 1), [{ event: "other", data: 1 }]);
const heard = takeTexts(two, 1);
assert.deepEqual(await ask(one, "all", "news"), [{ event: "all", data: "news" }]);
assert.deepEqual(JSON.parse(await heard), { event: "all", data: "news" });

// No gateway there: refused.
const nowhere = new WebSocket(`ws://127.0.0.1:${port}/nowhere`);
assert.ok((await next(nowhere, "error"))[0] instanceof Error);

two.close(1000);
await next(two, "close");
one.terminate();
await next(one, "close");
const gone = next(other, "close");
await app.close();
await gone;
assert.deepEqual(seen.sort(), ["connection", "connection", "disconnect", "disconnect"]);
assertOpened({ server: 3, client: 3 });
