// An echo with the server of one package; prints its port.  node server.mjs ws
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const most = 2 ** 24;
const http = createServer((_request, response) => response.writeHead(404).end());

/** @type {Record<string, () => void>} */
const peers = {
  ws() {
    const { WebSocketServer } = require("ws");
    const server = new WebSocketServer({ server: http, perMessageDeflate: true, maxPayload: most });
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.on("message", (data, binary) => socket.send(data, { binary }));
    });
  },
  websocket() {
    const { server: WebSocketServer } = require("websocket");
    const limits = { maxReceivedFrameSize: most, maxReceivedMessageSize: most };
    const server = new WebSocketServer({
      httpServer: http,
      autoAcceptConnections: true,
      ...limits,
    });
    server.on("connect", (socket) => {
      socket.on("error", () => {});
      socket.on("message", (data) =>
        data.type === "utf8" ? socket.sendUTF(data.utf8Data) : socket.sendBytes(data.binaryData),
      );
    });
  },
  "faye-websocket"() {
    const FayeWebSocket = require("faye-websocket");
    http.on("upgrade", (request, stream, head) => {
      if (!FayeWebSocket.isWebSocket(request)) return stream.destroy();
      const socket = new FayeWebSocket(request, stream, head, [], { maxLength: most });
      socket.on("message", ({ data }) => socket.send(data));
      socket.on("error", () => {});
    });
  },
};

peers[process.argv[2]]();
// A peer that throws for what came goes on, as under a supervisor; that it threw is told.
process.on("uncaughtException", (error) => console.error(`threw: ${error.message}`));
http.listen(0, "127.0.0.1", () => console.log(http.address().port));
