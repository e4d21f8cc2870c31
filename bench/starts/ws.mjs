import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
server.on("listening", () => console.log(`ws://127.0.0.1:${server.address().port}`));
