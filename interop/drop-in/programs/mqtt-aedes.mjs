/** mqtt over WebSocket against aedes: all qualities of service, retained messages, wills, reconnection. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Aedes } from "aedes";
import mqtt from "mqtt";
import { createWebSocketStream, WebSocketServer } from "ws";
import { assertSame } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, listen, next } from "../support/network.mjs";

assertLoads("mqtt");

const broker = await Aedes.createBroker();
const http = createServer();
const server = new WebSocketServer({ server: http, handleProtocols: () => "mqtt" });
const sockets = [];
server.on("connection", (socket, request) => {
  sockets.push(socket);
  broker.handle(createWebSocketStream(socket), request);
});
const url = `ws://127.0.0.1:${await listen(http)}/mqtt`;
const connect = (options = {}) => mqtt.connectAsync(url, { reconnectPeriod: 1, ...options });

const [one, two] = await Promise.all([connect(), connect({ protocolVersion: 4 })]);
await two.subscribeAsync(["things/+", "large"], { qos: 2 });

// Each quality of service, in order.
const heard = [];
const all = new Promise((resolve) => {
  two.on("message", (topic, payload, { qos }) => {
    if (heard.push([topic, String(payload), qos]) === 30) resolve();
  });
});
const expected = [0, 1, 2].flatMap((qos) =>
  Array.from({ length: 10 }, (_, i) => [`things/${i}`, `é${i}`, qos]),
);
for (const [topic, payload, qos] of expected) await one.publishAsync(topic, payload, { qos });
await all;
assert.deepEqual(heard, expected);

// A payload in many pieces of the stream.
two.removeAllListeners("message");
const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * 13) & 255));
const large = next(two, "message");
await one.publishAsync("large", bytes, { qos: 1 });
assertSame((await large)[1], bytes);

// Retained: for who comes later.
await one.publishAsync("kept", "last word", { qos: 1, retain: true });
const late = await connect();
const kept = next(late, "message");
await late.subscribeAsync("kept", { qos: 1 });
const [, payload, packet] = await kept;
assert.deepEqual([String(payload), packet.retain], ["last word", true]);

// A will: the broker tells it when the connection drops without a goodbye.
const mortal = await connect({
  reconnectPeriod: 0,
  will: { topic: "things/will", payload: Buffer.from("gone"), qos: 1 },
});
const will = next(two, "message");
sockets.at(-1).terminate();
assert.deepEqual(String((await will)[1]), "gone");
await mortal.endAsync(true);

// Dropped by the server: connects again, subscribes again.
const again = next(two, "connect");
for (const socket of sockets) socket.terminate();
await again;
await two.subscribeAsync("things/again", { qos: 1 });
if (!one.connected) await next(one, "connect");
const back = next(two, "message");
await one.publishAsync("things/again", "back", { qos: 1 });
assert.equal(String((await back)[1]), "back");

await Promise.all([one, two, late].map((client) => client.endAsync()));
await end(broker);
await end(http);
assertOpened({ server: 6, client: 6 });
