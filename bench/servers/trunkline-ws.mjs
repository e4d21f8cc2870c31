/** As ws.mjs, with the library in the place of `ws`. */
import { WebSocketServer } from "trunkline/ws";
import { announce } from "./announce.mjs";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on("listening", () => announce(server.address().port));
