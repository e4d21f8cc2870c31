/**
 * A server with a port of its own: node:http (or https) listeners for the addresses asked for, with a
 * `SocketServer` mounted on them.
 *
 * By default it listens on loopback, on both address families: what should be reachable from other
 * machines says so with `host`.
 */
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import { equalsIgnoringCase } from "../protocol/headers.ts";
import type { Routes } from "./handler.ts";
import type { RouteHandlers } from "./route-handlers.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import {
  checkFunction,
  checkOptionNames,
  SERVE_OPTIONS,
  SOCKET_SERVER_OPTIONS,
  type SocketServerOptions,
} from "./settings.ts";
import { type CloseOptions, SocketServer } from "./socket-server.ts";

/** Answers plain HTTP requests; `next()` leaves a request to the library: 426 where a socket lives, else 404. */
export type HttpListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

export interface ServeOptions<R = Routes> extends SocketServerOptions<R> {
  /** 0 to 65535; 0, the default, lets the system choose: see `server.port`. */
  readonly port?: number;
  /** Address or name to listen on. Default: loopback, both address families. */
  readonly host?: string;
  /** Key and certificate (and more) as for `node:tls`; then the server speaks https and wss. */
  readonly tls?: TlsOptions;
  /** Plain HTTP requests are asked here first. Default: none. */
  readonly http?: HttpListener;
}

/** A running server. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  /** Where its sockets are, without a path: `ws://localhost:9998`. */
  readonly url: string;
  /** Open sockets, and those still closing. */
  readonly sockets: ReadonlySet<ServerWebSocket<unknown>>;
  /** Sends to every subscriber of `topic`, encoded once; returns to how many. */
  publish(topic: string, data: string | Uint8Array): number;
  /** Replaces all routes: new connections get the new ones. @throws {TypeError} that names the route */
  setRoutes(routes: Routes): void;
  /** Drains: 1001 to every socket, waits for their answers up to the timeout, then drops what is left. */
  close(options?: CloseOptions): Promise<void>;
}

/** A port could not be opened. */
export class ListenError extends Error {
  /** The system's code, such as "EADDRINUSE". */
  readonly code: string;
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? "";
    super(`cannot listen on ${hostInUrl(host)}:${port}: ${explain(code) ?? cause.message}`, {
      cause,
    });
    this.name = "ListenError";
    this.code = code;
    this.host = host;
    this.port = port;
  }
}

/**
 * Opens a port and serves the routes.
 * @throws {TypeError} for an option that is wrong or unknown, naming it
 * @throws {ListenError} when the port cannot be opened
 */
export async function serve<D extends Readonly<Record<string, unknown>>>(
  options: ServeOptions<RouteHandlers<D>>,
): Promise<Server> {
  checkOptionNames(options, [...SOCKET_SERVER_OPTIONS, ...SERVE_OPTIONS], "serve");
  // The mapped type is for the caller's sake: each route is checked again when it is compiled.
  const { port = 0, host, tls, http, ...rest } = options as ServeOptions;
  checkPort(port);
  checkFunction(http, "http");
  const sockets = new SocketServer(rest);
  const make = (): HttpServer => makeHttpServer(sockets, { ...options } as ServeOptions);
  const listeners = await (host === undefined || host === "localhost"
    ? listenOnLoopback(make, port)
    : listenOn(make, port, host).then((listener) => [listener]));
  return new RunningServer(sockets, listeners, host ?? "localhost", tls !== undefined);
}

class RunningServer implements Server {
  readonly port: number;
  readonly url: string;
  readonly #sockets: SocketServer;
  readonly #listeners: readonly HttpServer[];
  #closing: Promise<void> | undefined;

  constructor(
    sockets: SocketServer,
    listeners: readonly HttpServer[],
    host: string,
    secure: boolean,
  ) {
    this.#sockets = sockets;
    this.#listeners = listeners;
    this.port = portOf(listeners[0]);
    this.url = `${secure ? "wss" : "ws"}://${reachable(host)}:${this.port}`;
  }

  get sockets(): ReadonlySet<ServerWebSocket<unknown>> {
    return this.#sockets.sockets;
  }

  publish(topic: string, data: string | Uint8Array): number {
    return this.#sockets.publish(topic, data);
  }

  setRoutes(routes: Routes): void {
    this.#sockets.setRoutes(routes);
  }

  close(options?: CloseOptions): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close(options: CloseOptions | undefined): Promise<void> {
    const closed = this.#listeners.map(stopListening);
    await this.#sockets.close(options);
    // What is left are HTTP requests in flight and refusals being read.
    for (const listener of this.#listeners) listener.closeAllConnections();
    await Promise.all(closed);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function makeHttpServer(sockets: SocketServer, options: ServeOptions): HttpServer {
  const { tls, http, handshakeTimeout = 10_000, logger, onError } = options;
  // An upgrade that never becomes a request is a handshake that never finishes.
  const limits = {
    headersTimeout: handshakeTimeout,
    connectionsCheckingInterval: Math.min(handshakeTimeout, 5000),
  };
  const server =
    tls === undefined ? createHttpServer(limits) : createHttpsServer({ ...limits, ...tls });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const next = (): void => answerPlainly(sockets, request, response);
    if (http === undefined) return next();
    try {
      http(request, response, next);
    } catch (error) {
      if (onError !== undefined) onError(error);
      else (logger ?? console).error?.(String(error instanceof Error ? error.stack : error));
      if (!response.headersSent) answerWith(response, 500, "The server failed at this request.");
      else response.destroy();
    }
  };
  server.on("request", answer);
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (asksForWebSocket(request)) return sockets.handleUpgrade(request, socket, head);
    answerWithoutUpgrade(request, socket, answer);
  });
  return server;
}

/** "A server MAY ignore a received Upgrade header field" (RFC 9110, section 7.8): as for `h2c` from a curious client. */
function answerWithoutUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  socket.on("error", () => {});
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]); // node:http's own
  response.on("finish", () => socket.end());
  answer(request, response);
}

function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  const { upgrade = "" } = headers;
  if (equalsIgnoringCase(upgrade, "websocket")) return true;
  return method !== "GET" && method !== "HEAD" ? true : /websocket/i.test(upgrade.slice(0, 256));
}

function answerPlainly(
  sockets: SocketServer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!sockets.hasRoute(request.url ?? "")) {
    return answerWith(response, 404, "There is nothing here.");
  }
  // "The server MUST send an Upgrade header field in a 426 response" (RFC 9110, section 15.5.22).
  response.setHeader("Upgrade", "websocket");
  response.setHeader("Connection", "Upgrade");
  answerWith(response, 426, "A WebSocket lives here: connect to it with a WebSocket client.");
}

function answerWith(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${sentence}\n`);
}

/** Both families, on one port. A machine may lack one of them; a port that is taken on either is an error. */
async function listenOnLoopback(make: () => HttpServer, port: number): Promise<HttpServer[]> {
  const ATTEMPTS = 10;
  for (let attempt = 1; ; attempt++) {
    const first = await tryListen(make, port, "127.0.0.1");
    try {
      const second = await tryListen(make, first === undefined ? port : portOf(first), "::1");
      const both = [first, second].filter((listener) => listener !== undefined);
      if (both.length > 0) return both;
      throw new ListenError(
        "localhost",
        port,
        Object.assign(new Error(), { code: "EADDRNOTAVAIL" }),
      );
    } catch (error) {
      if (first !== undefined) await stopListening(first);
      // The port that the system chose for one family may be taken on the other.
      const unlucky = port === 0 && error instanceof ListenError && error.code === "EADDRINUSE";
      if (!unlucky || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Undefined where the machine has no such address family. */
async function tryListen(
  make: () => HttpServer,
  port: number,
  host: string,
): Promise<HttpServer | undefined> {
  try {
    return await listenOn(make, port, host);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") return undefined;
    throw error;
  }
}

function listenOn(make: () => HttpServer, port: number, host: string): Promise<HttpServer> {
  const server = make();
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(new ListenError(host, port, error));
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      // Running out of file descriptors must not end the process.
      server.on("error", (error) => console.error(error));
      resolve(server);
    });
  });
}

function stopListening(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function portOf(server: HttpServer): number {
  return (server.address() as AddressInfo).port; // it listens on TCP
}

function checkPort(port: unknown): void {
  if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new TypeError(`"port" must be a whole number from 0 to 65535, not ${JSON.stringify(port)}`);
}

function explain(code: string): string | undefined {
  if (code === "EADDRINUSE") return "the port is taken";
  if (code === "EACCES") return "no permission for this port";
  if (code === "EADDRNOTAVAIL") return "this machine does not have the address";
  return code === "ENOTFOUND" ? "the host name is not known" : undefined;
}

/** A name under which a listener on all interfaces can be reached from here. */
function reachable(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "localhost" : hostInUrl(host);
}

function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
