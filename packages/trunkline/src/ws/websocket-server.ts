/**
 * The class `WebSocketServer` of `ws`: opening handshakes on a port of its own, on a server that exists,
 * or by hand. The requests are read by node:http; each accepted one becomes a `WebSocket`.
 *
 * As with `ws`, it works behind a `Proxy`: nothing is `#private`, for a proxy's `this` has no such
 * member. What it keeps has the names that `ws` has for it, which no subclass takes.
 */
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { acceptFor } from "../protocol/handshake.ts";
import { type SocketOptions, socketDefaults } from "./connection-settings.ts";
import { extension } from "./extension.ts";
import { PerMessageDeflate, type PerMessageDeflateOptions } from "./permessage-deflate.ts";
import { subprotocol } from "./subprotocol.ts";
import { WebSocket } from "./websocket.ts";

type Headers = Readonly<Record<string, string | number | readonly string[] | undefined>>;
type Verdict = (
  isAccepted: boolean,
  code?: number | null,
  message?: string | null,
  headers?: Headers | null,
) => void;
type OnOpen = (socket: WebSocket, request: IncomingMessage) => void;

/** What `verifyClient` sees. */
interface ClientInfo {
  readonly origin: string | undefined;
  readonly secure: boolean;
  readonly req: IncomingMessage;
}

export interface ServerOptions extends SocketOptions {
  readonly host?: string | null | undefined;
  readonly port?: number | null | undefined;
  readonly backlog?: number | null | undefined;
  readonly server?: Server | null | undefined;
  readonly noServer?: boolean | undefined;
  readonly path?: string | null | undefined;
  readonly clientTracking?: boolean | undefined;
  readonly verifyClient?: ((info: ClientInfo, verdict: Verdict) => unknown) | null | undefined;
  readonly handleProtocols?:
    | ((protocols: Set<string>, request: IncomingMessage) => string | false)
    | null
    | undefined;
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  readonly WebSocket?: typeof WebSocket | undefined;
}

/** What was agreed on before the 101. */
interface Agreement {
  readonly key: string;
  readonly protocols: Set<string>;
  readonly deflate: PerMessageDeflate | undefined;
}

const defaults = {
  ...socketDefaults,
  perMessageDeflate: false,
  handleProtocols: null,
  clientTracking: true,
  verifyClient: null,
  noServer: false,
  backlog: null,
  server: null,
  host: null,
  path: null,
  port: null,
  WebSocket,
} as const;

const RUNNING = 0;
const CLOSING = 1;
const CLOSED = 2;
const isKey = /^[+/0-9A-Za-z]{22}==$/;
const TAKEN = Symbol("taken");

export class WebSocketServer extends EventEmitter {
  /** Absent when clients are not tracked. */
  declare clients: Set<WebSocket> | undefined;
  options: ServerOptions & { readonly WebSocket: typeof WebSocket };
  _server: Server | null = null;
  _state: typeof RUNNING | typeof CLOSING | typeof CLOSED = RUNNING;
  _removeListeners: () => void = () => {};
  /** `close` was called and waits for the last client. */
  _shouldEmitClose = false;

  constructor(options?: ServerOptions, callback?: () => void) {
    super();
    const all = { ...defaults, ...options } as ServerOptions & { WebSocket: typeof WebSocket };
    checkPlace(all);
    this.options = all.perMessageDeflate === true ? { ...all, perMessageDeflate: {} } : all;
    if (all.clientTracking) this.clients = new Set();
    if (all.port != null) this._server = listen(all, callback);
    else this._server = all.server ?? null;
    if (this._server !== null) attach(this, this._server);
  }

  /** Where it listens. @throws {Error} without a server */
  address(): AddressInfo | string | null {
    if (this.options.noServer) throw new Error('The server is operating in "noServer" mode');
    return this._server?.address() ?? null;
  }

  /** Takes no more connections; "close" follows when those that are open have closed. */
  close(callback?: (error?: Error) => void): void {
    if (this._state === CLOSED) {
      if (callback) this.once("close", () => callback(new Error("The server is not running")));
      return process.nextTick(() => emitClose(this));
    }
    if (callback) this.once("close", callback);
    if (this._state === CLOSING) return;
    this._state = CLOSING;
    const server = this._server;
    this._removeListeners();
    this._server = null;
    // Its own HTTP server waits for the sockets by itself.
    if (this.options.port != null) server?.close(() => emitClose(this));
    else if (this.clients !== undefined && this.clients.size > 0) this._shouldEmitClose = true;
    else process.nextTick(() => emitClose(this));
  }

  /** Whether a request is for this server; to be overridden. */
  shouldHandle(request: IncomingMessage): boolean | Promise<boolean> {
    const { path } = this.options;
    return !path || request.url?.split("?", 1)[0] === path;
  }

  /** Answers a request to upgrade; `callback` gets the WebSocket. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, callback: OnOpen): void {
    socket.on("error", onSocketError);
    const fault = checkHead(request);
    if (fault !== undefined) return refuse(this, request, socket, ...fault);
    if (!this.shouldHandle(request)) return answer(socket, 400);
    const agreement = agree(request, this.options);
    if (typeof agreement === "string") return refuse(this, request, socket, 400, agreement);
    const accept = (): void => complete(this, agreement, request, socket, head, callback);
    const { verifyClient } = this.options;
    if (!verifyClient) return accept();
    const info = infoOf(request);
    if (verifyClient.length === 2) {
      const verdict: Verdict = (isAccepted, code, message, headers) => {
        if (isAccepted) accept();
        else answer(socket, code || 401, message ?? "", headers ?? {});
      };
      verifyClient(info, verdict);
    } else if (verifyClient(info, () => {})) accept();
    else answer(socket, 401);
  }
}

function checkPlace({ port, server, noServer }: ServerOptions): void {
  const given = [port != null, Boolean(server), Boolean(noServer)].filter(Boolean).length;
  if (given === 1) return;
  throw new TypeError(
    'One and only one of the "port", "server", or "noServer" options must be specified',
  );
}

/** RFC 6455, section 4.2.1, as far as `ws` checks it; version 8 is a draft's number for the same bytes. */
function checkHead({ method, headers }: IncomingMessage): [number, string, Headers?] | undefined {
  if (method !== "GET") return [405, "Invalid HTTP method"];
  if (headers.upgrade?.toLowerCase() !== "websocket") return [400, "Invalid Upgrade header"];
  if (!isKey.test(headers["sec-websocket-key"] ?? "")) {
    return [400, "Missing or invalid Sec-WebSocket-Key header"];
  }
  if (versionOf(headers) === undefined) {
    const known = { "Sec-WebSocket-Version": "13, 8" };
    return [400, "Missing or invalid Sec-WebSocket-Version header", known];
  }
  return undefined;
}

function versionOf(headers: IncomingMessage["headers"]): 8 | 13 | undefined {
  const version = Number(headers["sec-websocket-version"]);
  return version === 13 || version === 8 ? version : undefined;
}

function infoOf(req: IncomingMessage): ClientInfo {
  const name = versionOf(req.headers) === 8 ? "sec-websocket-origin" : "origin";
  // What node:tls adds to a socket.
  const socket = req.socket as { readonly authorized?: boolean; readonly encrypted?: boolean };
  const origin = req.headers[name];
  return {
    origin: typeof origin === "object" ? origin.join() : origin,
    secure: Boolean(socket.authorized || socket.encrypted),
    req,
  };
}

function listen(
  { port, host, backlog }: ServerOptions,
  callback: (() => void) | undefined,
): Server {
  const server = createServer((_request, response) => {
    const body = STATUS_CODES[426] ?? "";
    response.writeHead(426, { "Content-Length": body.length, "Content-Type": "text/plain" });
    response.end(body);
  });
  // As `ws` passes them: node:net knows what null means in each place.
  server.listen(port as number, host as string, backlog as number, callback);
  return server;
}

function attach(wss: WebSocketServer, server: Server): void {
  const emitConnection: OnOpen = (socket, request) => wss.emit("connection", socket, request);
  const onListening = (): boolean => wss.emit("listening");
  const onError = (error: Error): boolean => wss.emit("error", error);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
    wss.handleUpgrade(request, socket, head, emitConnection);
  server.on("listening", onListening);
  server.on("error", onError);
  server.on("upgrade", onUpgrade);
  wss._removeListeners = () => {
    server.removeListener("listening", onListening);
    server.removeListener("error", onError);
    server.removeListener("upgrade", onUpgrade);
  };
}

function emitClose(wss: WebSocketServer): void {
  wss._state = CLOSED;
  wss.emit("close");
}

/** Subprotocols and extensions; a string says what is wrong. */
function agree({ headers }: IncomingMessage, options: ServerOptions): Agreement | string {
  const key = headers["sec-websocket-key"] ?? "";
  const names = headers["sec-websocket-protocol"];
  const offers = headers["sec-websocket-extensions"];
  let protocols = new Set<string>();
  try {
    if (names !== undefined) protocols = subprotocol.parse(names);
  } catch {
    return "Invalid Sec-WebSocket-Protocol header";
  }
  try {
    const deflate = offers === undefined ? undefined : acceptDeflate(offers, options);
    return { key, protocols, deflate };
  } catch {
    return "Invalid or unacceptable Sec-WebSocket-Extensions header";
  }
}

function acceptDeflate(
  header: string,
  { perMessageDeflate, maxPayload }: ServerOptions,
): PerMessageDeflate | undefined {
  if (!perMessageDeflate) return undefined;
  const offers = extension.parse(header)[PerMessageDeflate.extensionName];
  if (offers === undefined) return undefined;
  const options = perMessageDeflate === true ? {} : perMessageDeflate;
  const deflate = new PerMessageDeflate({ ...options, isServer: true, maxPayload });
  deflate.accept(offers);
  return deflate;
}

function refuse(
  wss: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  code: number,
  message: string,
  headers: Headers = {},
): void {
  if (wss.listenerCount("wsClientError") > 0) {
    wss.emit("wsClientError", new Error(message), socket, request);
  } else answer(socket, code, message, headers);
}

function complete(
  wss: WebSocketServer,
  agreement: Agreement,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  callback: OnOpen,
): void {
  // The client has gone already.
  if (!socket.readable || !socket.writable) {
    socket.destroy();
    return;
  }
  take(socket);
  if (wss._state !== RUNNING) return answer(socket, 503);
  const ws = new wss.options.WebSocket(null, undefined, wss.options);
  socket.write(switchingProtocols(wss, agreement, request, ws));
  socket.removeListener("error", onSocketError);
  ws.setSocket(socket, head, wss.options);
  if (wss.clients !== undefined) track(wss, ws, wss.clients);
  callback(ws, request);
}

/** The 101; listeners of "headers" may add lines. */
function switchingProtocols(
  wss: WebSocketServer,
  { key, protocols, deflate }: Agreement,
  request: IncomingMessage,
  ws: WebSocket,
): string {
  const headers = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptFor(key, nodeRuntime)}`,
  ];
  const protocol = selectProtocol(protocols, request, wss.options);
  if (protocol) {
    headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
    ws._protocol = protocol;
  }
  if (deflate !== undefined) {
    const { extensionName } = PerMessageDeflate;
    const value = extension.format({ [extensionName]: { ...deflate.params } });
    headers.push(`Sec-WebSocket-Extensions: ${value}`);
    ws._extensions = { [extensionName]: deflate };
  }
  wss.emit("headers", headers, request);
  return `${headers.join("\r\n")}\r\n\r\n`;
}

function selectProtocol(
  protocols: Set<string>,
  request: IncomingMessage,
  { handleProtocols }: ServerOptions,
): string | false | undefined {
  if (protocols.size === 0) return undefined;
  return handleProtocols ? handleProtocols(protocols, request) : protocols.values().next().value;
}

function track(wss: WebSocketServer, ws: WebSocket, clients: Set<WebSocket>): void {
  clients.add(ws);
  ws.on("close", () => {
    clients.delete(ws);
    if (wss._shouldEmitClose && clients.size === 0) process.nextTick(() => emitClose(wss));
  });
}

/** @throws {Error} the second time */
function take(socket: Duplex & { [TAKEN]?: boolean }): void {
  if (socket[TAKEN]) {
    throw new Error(
      "server.handleUpgrade() was called more than once with the same socket, possibly due to a misconfiguration",
    );
  }
  socket[TAKEN] = true;
}

function onSocketError(this: Duplex): void {
  this.destroy();
}

/** Refuses, and ends the stream. */
function answer(socket: Duplex, code: number, message = "", headers: Headers = {}): void {
  const body = message || STATUS_CODES[code] || "";
  const all: Headers = {
    Connection: "close",
    "Content-Type": "text/html",
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once("finish", socket.destroy);
  socket.end(`HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\n${lines.join("")}\r\n${body}`);
}
