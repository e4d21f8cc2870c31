/** The server of `trunkline/ws`, on whatever runtime this is. */
import { WebSocketServer } from "trunkline/ws";
import { tell, whenStopped } from "./tell.mjs";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true });
server.on("connection", (socket, request) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on("close", (code, reason) => tell({ path: request.url, code, reason: String(reason) }));
});
server.on("listening", () => tell(`ws://127.0.0.1:${server.address().port}`));
whenStopped(() => {
  server.close();
  for (const socket of server.clients) socket.close(1001);
});
