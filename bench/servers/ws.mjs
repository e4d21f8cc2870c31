/** `ws` as its README shows it: without compression unless parameters of it are given, the rest default. */
import { WebSocketServer } from "ws";
import { announce, FILLER, PUBLISHED_SIZE } from "./announce.mjs";

const subscribers = new Set();

const paths = {
  "/echo": (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  },
  "/reply": (socket) => {
    socket.on("message", (data) => socket.send(data.toString() + FILLER));
  },
  "/topic": (socket) => {
    subscribers.add(socket);
    socket.on("close", () => subscribers.delete(socket));
  },
  "/publish": (socket) => {
    socket.on("message", (data, isBinary) => {
      for (const subscriber of subscribers) subscriber.send(data, { binary: isBinary });
    });
  },
  "/publish-1": (socket) => publishBatches(socket, 1),
  "/publish-16": (socket) => publishBatches(socket, 16),
};
paths["/conversation"] = paths["/echo"];

function publishBatches(socket, batch) {
  socket.on("message", (data, isBinary) => {
    for (let i = 0; i < batch; i++) {
      const message = data.subarray(i * PUBLISHED_SIZE, (i + 1) * PUBLISHED_SIZE);
      for (const subscriber of subscribers) subscriber.send(message, { binary: isBinary });
    }
  });
}

const perMessageDeflate = JSON.parse(process.argv[2] ?? "false");
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate });
server.on("connection", (socket, request) => {
  socket.on("error", () => {});
  paths[request.url](socket);
});
server.on("listening", () => announce(server.address().port));
