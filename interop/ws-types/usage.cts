// As usage.mts, for CommonJS.
import WebSocket = require("ws");

const socket: WebSocket = new WebSocket("ws://localhost", { perMessageDeflate: false });
socket.on("message", (data: WebSocket.RawData, isBinary: boolean) => {
  socket.send(data as Buffer, { binary: isBinary });
});
const server: WebSocket.Server = new WebSocket.Server({ port: 0 });
server.on("connection", (client: WebSocket) => client.ping());
const other: WebSocket.WebSocketServer = new WebSocket.WebSocketServer({ noServer: true });
const stream = WebSocket.createWebSocketStream(socket);
const socketToo: WebSocket.WebSocket = socket;
const verbose = new WebSocket.Server({
  noServer: true,
  handleProtocols: (protocols, request) => (request.url === "/" ? [...protocols].join() : false),
  verifyClient: (info, done) => done(info.secure, 401, info.origin),
});
export = {
  socketToo,
  verbose,
  server,
  other,
  stream,
  closed: WebSocket.CLOSED,
};
