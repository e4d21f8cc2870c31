/** Yjs documents that merge through y-websocket, with the class as its polyfill, and its server. */
import assert from "node:assert/strict";
import { docs, setupWSConnection } from "@y/websocket-server/utils";
import { WebSocket, WebSocketServer } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads("@y/websocket-server/utils");

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", setupWSConnection);
await next(server, "listening");
const url = `ws://127.0.0.1:${server.address().port}`;

const open = async () => {
  const doc = new Y.Doc();
  const options = { WebSocketPolyfill: WebSocket, disableBc: true, maxBackoffTime: 1 };
  const provider = new WebsocketProvider(url, "room", doc, options);
  assert.equal(provider._WS, WebSocket);
  await synced(provider);
  return { doc, provider, text: doc.getText("text") };
};

function synced(provider) {
  return new Promise((resolve) => {
    provider.on("sync", function onSync(isSynced) {
      if (!isSynced) return;
      provider.off("sync", onSync);
      resolve();
    });
  });
}

/** When both hold the same text, and it has the length that all edits together give. */
function merged(one, two, length) {
  return new Promise((resolve) => {
    const look = () => {
      const [a, b] = [one.text.toString(), two.text.toString()];
      if (a !== b || a.length !== length) return;
      for (const { doc } of [one, two]) doc.off("update", look);
      resolve(a);
    };
    for (const { doc } of [one, two]) doc.on("update", look);
    look();
  });
}

const [one, two] = await Promise.all([open(), open()]);
one.text.insert(0, "hello");
assert.equal(await merged(one, two, 5), "hello");

// Both at once.
one.text.insert(0, "one ");
two.text.insert(5, " two");
assert.equal(await merged(one, two, 13), "one hello two");

// A thousand edits, alternately.
for (let i = 0; i < 1000; i++) (i % 2 ? one : two).text.insert(i % 7, String(i % 10));
await merged(one, two, 1013);

// Apart: both go on, and are one again.
one.provider.disconnect();
one.text.insert(0, "offline ");
two.text.insert(two.text.length, " meanwhile");
const again = synced(one.provider);
one.provider.connect();
await again;
const text = await merged(one, two, 1031);
assert.ok(text.startsWith("offline ") && text.endsWith(" meanwhile"));

// Who is there, and who left.
const { awareness } = two.provider;
const present = new Promise((resolve) => {
  awareness.on("change", () => {
    if (awareness.getStates().get(one.doc.clientID)?.name === "ann") resolve();
  });
});
one.provider.awareness.setLocalStateField("name", "ann");
await present;
const left = new Promise((resolve) => {
  awareness.on("change", ({ removed }) => removed.includes(one.doc.clientID) && resolve());
});
one.provider.destroy();
await left;
two.provider.destroy();
await end(server);
// Each holds a timer until then.
for (const doc of [one.doc, two.doc, ...docs.values()]) doc.destroy();
assertOpened({ server: 3, client: 3 });
