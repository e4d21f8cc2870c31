/** Bun's own server. Run with Bun. */
import { announce, FILLER, PUBLISHED_SIZE } from "./announce.mjs";

const handlers = {
  "/echo": (socket, data) => socket.send(data),
  "/reply": (socket, data) => socket.send(data + FILLER),
  "/topic": () => {},
  "/publish-1": (_socket, data) => publishBatch(data, 1),
  "/publish-16": (_socket, data) => publishBatch(data, 16),
};

function publishBatch(data, batch) {
  for (let i = 0; i < batch; i++) {
    server.publish("all", data.slice(i * PUBLISHED_SIZE, (i + 1) * PUBLISHED_SIZE));
  }
}

const server = globalThis.Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request, server) {
    const path = new URL(request.url).pathname;
    if (server.upgrade(request, { data: { path, handle: handlers[path] } })) return undefined;
    return new Response("", { status: 426 });
  },
  websocket: {
    open(socket) {
      if (socket.data.path === "/topic") socket.subscribe("all");
    },
    message(socket, data) {
      socket.data.handle(socket, data);
    },
  },
});
announce(server.port);
