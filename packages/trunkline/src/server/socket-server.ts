/**
 * A WebSocket server on an HTTP server that exists: routes, open sockets, topics, drain. It opens no
 * port; `serve` does that on top of it.
 *
 * The main road: `handleUpgrade` -> `examine` (upgrade.ts) -> the handler's `upgrade` (decision.ts) ->
 * `#open`.
 */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { CloseInfo, ConnectionError } from "../connection/connection.ts";
import type { DuplexTransport } from "../connection/duplex-transport.ts";
import { Members } from "../connection/members.ts";
import { openTransport } from "../connection/transports.ts";
import { GOING_AWAY } from "../protocol/close.ts";
import { Decision } from "./decision.ts";
import { compileTrust, readForwarded, type TrustedProxies } from "./forwarded.ts";
import { describe, type Routes } from "./handler.ts";
import { printable, quoted } from "./log-text.ts";
import { type AllowedOrigins, compileOrigins, parseAuthority } from "./origin.ts";
import { asksForWebSocket, responseOn } from "./plain-http.ts";
import type { PlainRequest } from "./plain-upgrade.ts";
import { type Refusal, refuse, refuseWith } from "./refusal.ts";
import { compileAll, type Route } from "./route.ts";
import type { IfOne, OneRoute, RouteHandlers } from "./route-handlers.ts";
import { pathOf, type RouteTable, type Target } from "./routes.ts";
import {
  type Opened,
  type SendOptions,
  ServerSocket,
  type ServerWebSocket,
  type SocketHost,
  type SocketMember,
} from "./server-web-socket.ts";
import {
  checkOptionNames,
  type Logger,
  milliseconds,
  readSettings,
  type ServerSettings,
  SOCKET_SERVER_OPTIONS,
  type SocketServerOptions,
} from "./settings.ts";
import { Topics } from "./topics.ts";
import { accept, type Candidate, examine } from "./upgrade.ts";
import {
  NodeRequest,
  type Origination,
  type RequestSource,
  UpgradeRequest,
} from "./upgrade-request.ts";

export interface AttachOptions {
  /**
   * What happens to an upgrade that no route takes: `"refuse"` answers 404, `"ignore"` leaves it
   * alone. Default: ignored when the HTTP server has another `upgrade` listener, else refused.
   */
  readonly unmatched?: "refuse" | "ignore";
}

export interface CloseOptions {
  /** Milliseconds to wait for the sockets' closing handshakes, before they are dropped. Default: 5,000. */
  readonly timeout?: number;
}

/** Anything with Node's `upgrade` event: an `http` or an `https` server. */
type UpgradeSource = Pick<HttpServer, "on" | "off" | "emit" | "listenerCount">;

/** Those attached to one HTTP server know of each other, so that one of them answers, and only one. */
const attached = new WeakMap<UpgradeSource, SocketServerBase[]>();

export const DRAIN_TIMEOUT = 5000;
const SHUTTING_DOWN: Refusal = { status: 503, reason: "The server is shutting down." };
const NOTHING = new Uint8Array(0);

class SocketServerBase {
  readonly #settings: ServerSettings;
  readonly #origins: AllowedOrigins;
  readonly #trust: TrustedProxies | undefined;
  readonly #topics = new Topics();
  readonly #sockets = new Members<SocketMember>();
  /** The same as a Set, from when somebody asks for it. */
  #shown: Set<ServerSocket> | undefined;
  readonly #deciding = new Members<Decision>();
  /** Streams that were refused, and have not taken their answer yet. */
  readonly #leaving = new Set<Duplex>();
  readonly #detach: (() => void)[] = [];
  readonly #host: SocketHost;
  #routes: RouteTable<Route>;
  /** Nearly every request has the same: it is checked once. */
  #lastHost = "";
  #draining: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(options: SocketServerOptions<unknown>) {
    checkOptionNames(options, SOCKET_SERVER_OPTIONS, "SocketServer");
    this.#settings = readSettings(options);
    this.#origins = compileOrigins(options.origins);
    this.#trust = compileTrust(options.trustProxy);
    this.#routes = compileAll(options.routes, this.#origins, this.#settings);
    this.#host = {
      topics: this.#topics,
      uncaught: (error, socket) =>
        this.#settings.report(error, `handler of ${socket.request.path}`, socket),
      failed: (error, socket) => this.#failed(error, socket),
      closed: (socket, info) => this.#closed(socket, info),
    };
  }

  /** Open sockets, and those still closing. */
  get sockets(): ReadonlySet<ServerWebSocket<unknown>> {
    this.#shown ??= new Set(Array.from(this.#sockets, ({ socket }) => socket));
    return this.#shown;
  }

  /** Sends to every subscriber of `topic`, encoded once; returns to how many. */
  publish(topic: string, data: string | Uint8Array | ArrayBuffer, options?: SendOptions): number {
    return this.#topics.publish(topic, data, undefined, options?.compress);
  }

  /**
   * Replaces all routes at once: new connections get the new ones, open ones go on with theirs.
   * @throws {TypeError} that names the route; then the old ones stay
   */
  setRoutes(routes: Routes): void {
    this.#routes = compileAll(routes, this.#origins, this.#settings);
  }

  /** Whether a handler lives at a request target, such as `/echo?x=1`. */
  hasRoute(target: string): boolean {
    const { path } = pathOf(target) ?? {};
    return path !== undefined && this.#routes.match(path) !== undefined;
  }

  // ---- on an HTTP server

  /** Takes the upgrades of an HTTP server until `close`. */
  attach(httpServer: UpgradeSource, options: AttachOptions = {}): void {
    checkSource(httpServer);
    checkOptionNames(options, ["unmatched"], "attach");
    const { unmatched } = options;
    if (unmatched !== undefined && unmatched !== "refuse" && unmatched !== "ignore") {
      throw new TypeError(`"unmatched" must be "refuse" or "ignore", not ${quoted(unmatched)}`);
    }
    const servers = attached.get(httpServer) ?? [];
    if (servers.includes(this)) throw new Error("attach was called for this HTTP server already");
    attached.set(httpServer, [...servers, this]);
    const onUpgrade = (raw: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (!this.#takes(httpServer, raw, unmatched)) return;
      if (asksForWebSocket(raw)) return this.handleUpgrade(raw, socket, head);
      this.#answerWithoutUpgrade(httpServer, raw, socket);
    };
    httpServer.on("upgrade", onUpgrade);
    this.#detach.push(() => {
      httpServer.off("upgrade", onUpgrade);
      attached.set(
        httpServer,
        (attached.get(httpServer) ?? []).filter((other) => other !== this),
      );
    });
  }

  #takes(
    httpServer: UpgradeSource,
    raw: IncomingMessage,
    unmatched: AttachOptions["unmatched"],
  ): boolean {
    const ours = attached.get(httpServer) ?? [];
    const areAlone = httpServer.listenerCount("upgrade") === ours.length;
    if (asksForWebSocket(raw)) {
      const owner = ours.find((server) => server.hasRoute(raw.url ?? ""));
      if (owner !== undefined) return owner === this;
      if (unmatched !== undefined) return unmatched === "refuse";
    }
    return (areAlone || unmatched === "refuse") && ours[0] === this;
  }

  #answerWithoutUpgrade(httpServer: UpgradeSource, raw: IncomingMessage, socket: Duplex): void {
    socket.on("error", ignoreError);
    this.#watchLeaving(socket);
    const response = responseOn(socket, raw, this.#settings.connection.clock);
    if (!httpServer.emit("request", raw, response)) response.writeHead(404).end();
  }

  // ---- from the request to the open socket

  /** Answers one upgrade: opens a socket, or refuses. Takes the arguments of Node's `upgrade` event. */
  handleUpgrade(raw: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    // From here on nobody else listens; a reset must not end the process.
    socket.on("error", ignoreError);
    // Whoever called this later than in the event may be too late.
    if (socket.destroyed || socket.readableEnded) return void socket.destroy();
    const refusal = this.#draining && SHUTTING_DOWN;
    const target = pathOf(raw.url ?? "");
    const candidate =
      refusal ?? this.#examine(new NodeRequest(raw), socket, target, this.#settings.logger);
    if ("status" in candidate) return this.#refuse(raw.url ?? "", socket, candidate, raw.method);
    if (candidate.route.handler.upgrade === undefined) {
      return this.#accept(candidate, undefined, socket, head);
    }
    this.#decide(candidate, socket, head);
  }

  /** Whether the request of a plain upgrade is accepted, and nobody needs Node's; else it did nothing. */
  static openPlainly(
    server: SocketServerBase,
    request: PlainRequest,
    socket: Socket,
    transport: DuplexTransport,
  ): boolean {
    if (server.#draining !== undefined) return false;
    // What is refused, node:http's way refuses, and logs.
    const candidate = server.#examine(request, socket, pathOf(request.url), {});
    if ("status" in candidate || candidate.route.handler.upgrade !== undefined) return false;
    server.#accept(candidate, undefined, socket, NOTHING, transport);
    return true;
  }

  #examine(
    source: RequestSource,
    socket: Duplex,
    target: Target | undefined,
    logger: Logger,
  ): Candidate | Refusal {
    if (target === undefined) return { status: 400, reason: "The request target is not a path." };
    const match = this.#routes.match(target.path);
    if (match === undefined) return { status: 404, reason: "No handler lives here." };
    const from = this.#originate(source, socket, target);
    if (from === undefined) return { status: 400, reason: "A forwarded header is malformed." };
    if (!this.#isHost(from.host)) {
      return { status: 400, reason: "The Host header is not a host, with or without a port." };
    }
    return examine(source, match.handler, match.params, from, logger);
  }

  /** Whether `request.url` can be made of it. A missing one has a sentence of its own. */
  #isHost(host: string): boolean {
    if (host === "" || host === this.#lastHost) return true;
    if (parseAuthority(host) === undefined || !URL.canParse(`ws://${host}`)) return false;
    this.#lastHost = host;
    return true;
  }

  #originate(source: RequestSource, socket: Duplex, target: Target): Origination | undefined {
    const { remoteAddress = "", encrypted = false } = socket as Partial<TLSSocket>; // a Duplex has neither
    const { path, query, authority } = target;
    const given = authority ?? source.header("host") ?? "";
    // One string for all connections that have the same.
    const host = given === this.#lastHost ? this.#lastHost : given;
    if (this.#trust === undefined) return { path, query, host, secure: encrypted, remoteAddress };
    const told = readForwarded(remoteAddress, (name) => source.header(name), this.#trust);
    if (told === undefined) return undefined;
    return {
      path,
      query,
      host: told.host ?? host,
      secure: told.proto === undefined ? encrypted : told.proto === "https",
      remoteAddress: told.remoteAddress ?? remoteAddress,
    };
  }

  /** Asks the handler. Until it answers, the client may go, the time may run out, the server may close. */
  #decide(candidate: Candidate, socket: Duplex, head: Uint8Array): void {
    const { request, route } = candidate;
    const { handshakeTimeout, connection } = this.#settings;
    const ending =
      <A extends readonly unknown[]>(act: (...values: A) => void) =>
      (...values: A): void => {
        this.#deciding.delete(decision);
        act(...values);
      };
    const decision = new Decision(socket, connection.clock, handshakeTimeout, {
      answered: ending((answer) => this.#accept(candidate, answer, socket, head)),
      refused: ending((response, body) => this.#refuseWith(candidate, response, body, socket)),
      failed: ending((error) => this.#reportFor(candidate, error, socket)),
      gaveUp: ending((refusal) => {
        this.#refuse(request.path, socket, refusal);
        UpgradeRequest.gone(request, refusal.reason);
      }),
      gone: ending(() => {
        socket.destroy();
        UpgradeRequest.gone(request, "The client went before the handshake was done.");
      }),
    });
    this.#deciding.add(decision);
    decision.ask(route.handler, request);
  }

  #refuseWith({ request }: Candidate, response: Response, body: Uint8Array, socket: Duplex): void {
    // Fetch's "network error": nothing is answered.
    if (response.type === "error") {
      this.#settings.logger.info?.(`dropped ${printable(request.path)} by its handler`);
      socket.destroy();
      return;
    }
    this.#settings.logger.info?.(
      `refused ${printable(request.path)}: ${response.status} by its handler`,
    );
    this.#watchLeaving(socket);
    refuseWith(socket, response, body, this.#settings.connection.clock);
  }

  /** A handler's mistake before the 101: 500 for the client, all of it for the log. */
  #reportFor({ request }: Candidate, error: unknown, socket: Duplex): void {
    this.#settings.report(error, `upgrade of ${request.path}`);
    this.#refuse(request.path, socket, { status: 500, reason: "The handler failed." });
  }

  #refuse(target: string, socket: Duplex, refusal: Refusal, method = "GET"): void {
    const { logger, connection } = this.#settings;
    logger.info?.(`refused ${printable(target)}: ${refusal.status} ${refusal.reason}`);
    this.#watchLeaving(socket);
    // "The server MUST NOT send content in the response" to a HEAD (RFC 9110, section 9.3.2).
    refuse(socket, method === "HEAD" ? { ...refusal, reason: "" } : refusal, connection.clock);
  }

  #watchLeaving(socket: Duplex): void {
    if (socket.destroyed) return;
    this.#leaving.add(socket);
    socket.once("close", () => {
      this.#leaving.delete(socket);
      this.#checkDrained();
    });
  }

  #accept(
    candidate: Candidate,
    answer: unknown,
    socket: Duplex,
    head: Uint8Array,
    transport: DuplexTransport = openTransport(socket),
  ): void {
    let accepted: ReturnType<typeof accept>;
    try {
      accepted = accept(candidate, answer, this.#settings.logger);
    } catch (error) {
      return this.#reportFor(candidate, error, socket);
    }
    transport.writeHead(accepted.response);
    this.#open(candidate.route, accepted.opened, transport, head);
  }

  #open(route: Route, opened: Opened, transport: DuplexTransport, head: Uint8Array): void {
    UpgradeRequest.opened(opened.request);
    const socket = new ServerSocket(this.#host, route.handler, opened, transport, route.connection);
    this.#sockets.add(ServerSocket.memberOf(socket));
    this.#shown?.add(socket);
    const { path, remoteAddress } = opened.request;
    this.#settings.logger.info?.(`open ${printable(path)} from ${remoteAddress}`);
    socket.start(head);
  }

  #failed(error: ConnectionError, { request }: ServerSocket): void {
    this.#settings.logger.info?.(`failed ${printable(request.path)}: ${error.message}`);
  }

  #closed(socket: ServerSocket, { code, reason }: CloseInfo): void {
    this.#sockets.delete(ServerSocket.memberOf(socket));
    this.#shown?.delete(socket);
    const because = reason === "" ? "" : ` ${quoted(reason)}`;
    this.#settings.logger.info?.(`close ${printable(socket.request.path)} ${code}${because}`);
    this.#checkDrained();
  }

  // ---- the end

  /**
   * Drains: takes no more upgrades, closes every socket with 1001, waits for their answers up to the
   * timeout, then drops what is left. Settles when no socket is left; a second call joins the first.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const timeout = readCloseTimeout(options);
    this.#draining ??= this.#drain(timeout);
    return this.#draining;
  }

  async #drain(timeout: number): Promise<void> {
    // What follows may call a user's code, which may call close: by then it must find the promise.
    await undefined;
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    const timer = this.#settings.connection.clock.setTimer(() => this.#dropAll(), timeout);
    for (const decision of this.#deciding) decision.giveUp(SHUTTING_DOWN);
    for (const { socket } of this.#sockets) socket.close(GOING_AWAY);
    this.#checkDrained();
    await drained;
    timer.cancel();
    for (const detach of this.#detach.splice(0)) detach();
  }

  #dropAll(): void {
    for (const { socket } of this.#sockets) socket.terminate();
    for (const stream of [...this.#leaving]) stream.destroy();
  }

  #checkDrained(): void {
    if (this.#sockets.size === 0 && this.#leaving.size === 0) this.#drained?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** An application, as Express makes one, has `on` too, and would never tell of an upgrade. */
function checkSource(given: unknown): void {
  if (typeof given === "object" && given !== null && "on" in given) return;
  throw new TypeError(
    `attach takes an HTTP server, as createServer() and an application's listen() return one, not ${describe(given)}`,
  );
}

export type SocketServer = SocketServerBase;

/** A constructor cannot infer by itself what its table of routes holds; an interface says it. */
export interface SocketServerConstructor {
  new <Path extends string, D = undefined>(
    options: SocketServerOptions<OneRoute<Path, D>> & IfOne<Path>,
  ): SocketServer;
  new <D extends Readonly<Record<string, unknown>>>(
    options: SocketServerOptions<RouteHandlers<D>>,
  ): SocketServer;
  readonly prototype: SocketServer;
}

export const SocketServer: SocketServerConstructor = SocketServerBase;

/** For `serve`, which reads plain upgrades itself: see plain-upgrade.ts. */
export function openPlainly(
  server: SocketServer,
  request: PlainRequest,
  socket: Socket,
  transport: DuplexTransport,
): boolean {
  return SocketServerBase.openPlainly(server, request, socket, transport);
}

/** @throws {TypeError} for a wrong or unknown option of `close` */
export function readCloseTimeout(options: CloseOptions): number {
  checkOptionNames(options, ["timeout"], "close");
  return milliseconds(options.timeout, "timeout", DRAIN_TIMEOUT, 0);
}

function ignoreError(): void {}
