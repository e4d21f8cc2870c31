/** `ws` itself and the library in its place: what the one promises, the other keeps. */
import { once } from "node:events";
import { createRequire } from "node:module";
import * as ours from "trunkline/ws";
import * as theirs from "ws";

const require = createRequire(import.meta.url);

/** By import, and by require, which with `ws` alone hangs everything on the class. */
export const implementations = [
  { name: "ws", ws: theirs, required: require("ws") },
  { name: "trunkline/ws", ws: ours, required: require("trunkline/ws") },
];

/** Calls `write` once for each of them, which writes the tests. */
export function forEach(write) {
  for (const { name, ws, required } of implementations) write(ws, name, required);
}

/** A server on a free port, gone after the test. */
export async function startServer(context, { WebSocketServer }, options = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  server.on("connection", (socket) => socket.on("error", () => {}));
  await once(server, "listening");
  // What else holds a connection is destroyed after this: nobody waits here.
  context.after(() => void closeServer(server));
  const { port } = server.address();
  return { server, port, url: `ws://127.0.0.1:${port}` };
}

export function closeServer(server) {
  for (const socket of server.clients ?? []) socket.terminate();
  return new Promise((resolve) => server.close(resolve));
}

/** A client and the server's end of the same connection, both open. */
export async function openPair(
  context,
  ws,
  { server: serverOptions, client: options, protocols } = {},
) {
  const { server, url, port } = await startServer(context, ws, serverOptions);
  const connected = once(server, "connection");
  const client = new ws.WebSocket(url, protocols ?? [], options);
  client.on("error", () => {});
  context.after(() => client.terminate());
  const [[peer, request]] = await Promise.all([connected, once(client, "open")]);
  return { server, url, port, client, peer, request };
}

/** What came with an event, as a promise that is made before it. */
export function next(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

/** `count` values of an event's arguments. */
export function take(emitter, event, count) {
  const all = [];
  return new Promise((resolve) => {
    const listener = (...args) => {
      all.push(args);
      if (all.length < count) return;
      emitter.removeListener(event, listener);
      resolve(all);
    };
    emitter.on(event, listener);
  });
}

export function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}
