/**
 * A client on a server in the same process: `connectTo` dials over a wire in memory, without a port.
 * All but the wire is what runs in earnest: the client's `WebSocket`, the handshake through node:http
 * on both sides, the frames, the routes and the handler. Nothing here knows a rule of WebSocket.
 */
import { createServer, Server as HttpServer } from "node:http";
import { type InternalOptions, MACHINE, type WebSocketOptions } from "../client/options.ts";
import { WebSocket } from "../client/websocket.ts";
import type { Clock } from "../connection/clock.ts";
import type { Routes } from "../server/handler.ts";
import { SocketServer } from "../server/socket-server.ts";
import { ManualClock } from "./manual-clock.ts";
import { type MemoryPairOptions, memoryPair, readFaults } from "./memory-pair.ts";
import { WireStream } from "./wire-stream.ts";

/**
 * The client's options, and the wire's. `faults` go wrong on the way to this client, `peerFaults` on
 * the way to the server; their bytes are counted from where the opening handshake ends.
 */
export interface ConnectOptions extends Omit<WebSocketOptions, "tls">, MemoryPairOptions {
  /** The client's time. By default it stands still; a handler given by itself shares it. */
  readonly clock?: Clock;
}

/**
 * Connects to a server at a path, over a wire in memory. An HTTP server needs not listen: it gets a
 * connection like any other.
 */
export function connectTo(
  server: SocketServer | HttpServer,
  path?: string,
  options?: ConnectOptions,
): WebSocket;
/** Connects to a server that has this one handler, at every path. */
export function connectTo(
  handler: Routes[string],
  path?: string,
  options?: ConnectOptions,
): WebSocket;
export function connectTo(
  target: SocketServer | HttpServer | Routes[string],
  path = "/",
  options: ConnectOptions = {},
): WebSocket {
  if (!path.startsWith("/")) {
    throw new TypeError(`connectTo needs a path that begins with "/", not ${JSON.stringify(path)}`);
  }
  const { client, plan } = wireTo(target, options);
  const socket = new WebSocket(`ws://localhost${path}`, client);
  // The first listener: by now the handshake has been delivered both ways, and not a byte more.
  socket.addEventListener("open", plan, { once: true });
  return socket;
}

/** The options of a client that dials over a wire in memory, and what lets the wire's faults happen. */
export function wireTo(
  target: SocketServer | HttpServer | Routes[string],
  options: ConnectOptions = {},
): { readonly client: InternalOptions; readonly plan: () => void } {
  const { clock = new ManualClock(), chunkSize, capacity, faults, peerFaults, ...rest } = options;
  const [toClient, toServer] = [readFaults(faults ?? []), readFaults(peerFaults ?? [])];
  const [near, far] = memoryPair({
    ...(chunkSize !== undefined && { chunkSize }),
    ...(capacity !== undefined && { capacity }),
  });
  const http = httpServerOf(target, clock);
  const connect = (): WireStream => {
    http.emit("connection", new WireStream(far, { allowHalfOpen: true }));
    return new WireStream(near, { allowHalfOpen: false });
  };
  const plan = (): void => {
    near.plan(toClient);
    far.plan(toServer);
  };
  return { client: { ...rest, [MACHINE]: { clock, connect } }, plan };
}

/** An HTTP server that never listens, unless one was given. */
function httpServerOf(
  target: SocketServer | HttpServer | Routes[string],
  clock: Clock,
): HttpServer {
  if (target instanceof HttpServer) return target;
  const sockets = target instanceof SocketServer ? target : serverOf(target, clock);
  const http = createServer();
  http.on("upgrade", (request, stream, head) => sockets.handleUpgrade(request, stream, head));
  return http;
}

function serverOf(handler: Routes[string], clock: Clock): SocketServer {
  const routes: Routes = { "/": handler, "/[...path]": handler };
  return new SocketServer({ routes, clock });
}
