// Programs against the types of `ws`, in as many ways as they are written: what compiles with
// `@types/ws` compiles with ours. Nothing here runs.
import { type EventEmitter, once } from "node:events";
import { createServer, IncomingMessage as Incoming, type IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import DefaultWebSocket, {
  type AddressInfo,
  type ClientOptions,
  type CloseEvent,
  createWebSocketStream,
  type Data,
  type ErrorEvent,
  type MessageEvent,
  type PerMessageDeflateOptions,
  type RawData,
  type Server,
  type ServerOptions,
  type VerifyClientCallbackAsync,
  type VerifyClientCallbackSync,
  WebSocket,
  WebSocketServer,
} from "ws";

// ---- the client

const plain = new WebSocket("ws://localhost");
const byUrl: DefaultWebSocket = new DefaultWebSocket(new URL("ws://localhost"), ["a", "b"], {
  headers: { Authorization: "x" },
  perMessageDeflate: { threshold: 10, zlibDeflateOptions: { level: 3, chunkSize: 1024 } },
  handshakeTimeout: 100,
  maxPayload: 5,
  origin: "https://example.com",
  rejectUnauthorized: false,
  ca: "…",
  followRedirects: true,
  maxRedirects: 3,
  generateMask: (mask) => mask.fill(1),
  finishRequest: (request, websocket) => {
    request.end();
    websocket.close();
  },
});
new WebSocket("ws://localhost", "a");
new WebSocket("ws://localhost", { timeout: 5, agent: false });
const detached = new WebSocket(null);

const state: 0 | 1 | 2 | 3 = plain.readyState;
if (plain.readyState === WebSocket.OPEN || plain.readyState === plain.CLOSED) plain.terminate();
const kind: "nodebuffer" | "arraybuffer" | "fragments" = plain.binaryType;
plain.binaryType = "arraybuffer";
const facts: [number, string, string, string, boolean] = [
  plain.bufferedAmount,
  plain.extensions,
  plain.protocol,
  plain.url,
  plain.isPaused,
];

plain.on("open", () => plain.send("hello"));
plain.on("open", function () {
  this.send(Buffer.from("x"), { binary: true, compress: false, fin: true, mask: true }, (error) => {
    if (error) console.error(error.message);
  });
});
plain.on("message", (data, isBinary) => {
  const raw: RawData = data;
  const text: string = isBinary ? "" : data.toString();
  if (Array.isArray(data)) Buffer.concat(data);
  else if (data instanceof ArrayBuffer) new Uint8Array(data);
  else data.readUInt8(0);
  console.log(raw, text);
});
plain.on("message", (data: WebSocket.RawData) => console.log(data));
plain.on("message", (data: Buffer) => console.log(data.length));
plain.once("close", (code, reason) => console.log(code.toFixed(), reason.toString("utf8")));
plain.on("error", (error) => console.log(error.message));
plain.on("error", (error: Error & { code?: string }) => console.log(error.code));
plain.on("ping", (data) => plain.pong(data));
plain.on("pong", (data: Buffer) => console.log(data.byteLength));
plain.on("upgrade", (response) => console.log(response.headers.upgrade));
plain.on("unexpected-response", (request, response) => {
  request.destroy();
  console.log(response.statusCode);
});
plain.on("redirect", (url, request) => request.setHeader("x", url));
plain.on("mine", (anything, more) => console.log(anything, more));
const event: string = "message";
plain.on(event, (...args) => console.log(args));
plain.off("close", () => {}).removeListener("message", (_data, _isBinary) => {});
plain.addListener("open", () => {}).removeAllListeners();
void once(plain, "open");
const emitter: EventEmitter = plain;

plain.onopen = (event) => console.log(event.type, event.target.url);
plain.onmessage = (event) => console.log(event.data);
plain.onmessage = ({ data }: MessageEvent) => console.log(data);
plain.onclose = (event: CloseEvent) => console.log(event.code, event.reason, event.wasClean);
plain.onerror = ({ error, message }: ErrorEvent) => console.log(error, message);
plain.onerror = null;
plain.addEventListener("message", ({ data }) => console.log(data), { once: true });
plain.addEventListener("close", { handleEvent: (event) => console.log(event.reason) });
const listener = (event: WebSocket.MessageEvent): void => console.log(event.data);
plain.addEventListener("message", listener);
plain.removeEventListener("message", listener);

plain.send("text");
plain.send(5);
plain.send([1, 2, 3]);
plain.send(new Float32Array(2));
plain.send(new ArrayBuffer(2), (error?: Error) => console.log(error));
plain.send(new DataView(new ArrayBuffer(2)), { binary: true });
plain.ping();
plain.ping("data", true, (error: Error) => console.log(error));
plain.pong(Buffer.alloc(1), undefined);
plain.close(1000, "bye");
plain.close(1000, Buffer.from("bye"));
plain.pause();
plain.resume();

class Mine extends WebSocket {
  user = "somebody";
  override close(code?: number, data?: string | Buffer): void {
    super.close(code, data);
  }
}

// ---- the server

const server = new WebSocketServer({ port: 8080, host: "localhost", backlog: 5 }, () => {});
const withHttp: WebSocketServer = new WebSocketServer({ server: createServer() });
const withHttps = new WebSocketServer({ server: createSecureServer({}) });
const detailed = new WebSocketServer({
  noServer: true,
  clientTracking: true,
  perMessageDeflate: true,
  path: "/path",
  maxPayload: 5,
  handleProtocols: (protocols, request) => {
    console.log(request.url);
    return protocols.has("chat") ? "chat" : false;
  },
  verifyClient: (info, done) =>
    done(info.secure, 401, info.origin, { "X-Why": info.req.url ?? "" }),
});
const verify: VerifyClientCallbackSync = ({ req }) => req.url === "/";
const verifyLater: VerifyClientCallbackAsync = (_info, done) => done(true);

server.on("connection", (socket, request) => {
  socket.send(request.url ?? "");
  for (const client of server.clients) {
    if (client !== socket && client.readyState === WebSocket.OPEN)
      client.send("x", { binary: false });
  }
});
server.on("connection", function (socket: WebSocket, request: IncomingMessage) {
  console.log(this.clients.has(socket), request.socket.remoteAddress);
});
server.on("headers", (headers, request) => headers.push(`X-Url: ${request.url}`));
server.on("wsClientError", (error, socket: Duplex, request) =>
  socket.end(error.message + request.url),
);
server.on("error", (error) => console.error(error.message));
server.on("listening", () => console.log((server.address() as AddressInfo).port));
server.once("close", () => {});
server.off("connection", () => {});
server.close((error) => console.log(error?.message));
server.close();
createServer().on("upgrade", (request, socket, head) => {
  if (!server.shouldHandle(request)) return;
  server.handleUpgrade(request, socket, head, (client, given) => {
    server.emit("connection", client, given);
  });
});

class Request extends Incoming {
  session = 5;
}
const typed = new WebSocketServer<typeof Mine, typeof Request>({ noServer: true, WebSocket: Mine });
typed.on("connection", (socket, request) => console.log(socket.user, request.session));
const sockets: Set<Mine> = typed.clients;

// ---- streams and types

const duplex: Duplex = createWebSocketStream(plain, { encoding: "utf8", readableObjectMode: true });
duplex.pipe(process.stdout);

interface Deps {
  socket: WebSocket;
  server: WebSocketServer | Server;
  options: WebSocket.ClientOptions & ClientOptions;
  serverOptions: WebSocket.ServerOptions & ServerOptions;
  deflate: WebSocket.PerMessageDeflateOptions & PerMessageDeflateOptions;
  data: WebSocket.Data & Data;
  address: WebSocket.AddressInfo;
  make: typeof WebSocket;
}
export const deps: Partial<Deps> = { socket: plain, make: WebSocket, server };
export {
  byUrl,
  detached,
  detailed,
  emitter,
  facts,
  kind,
  sockets,
  state,
  verify,
  verifyLater,
  withHttp,
  withHttps,
};
