/**
 * A WebSocket server on an HTTP server that exists: routes, open sockets, topics, drain. It opens no
 * port; `serve` does that on top of it.
 *
 * The main road: `handleUpgrade` -> `examine` (upgrade.ts) -> the handler's `upgrade` -> `#open`.
 */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { CloseInfo, ConnectionError } from "../connection/connection.ts";
import { DuplexTransport } from "../connection/duplex-transport.ts";
import { GOING_AWAY } from "../protocol/close.ts";
import { compileTrust, readForwarded, type TrustedProxies } from "./forwarded.ts";
import type { AnyHandler, Routes } from "./handler.ts";
import { type AllowedOrigins, compileOrigins } from "./origin.ts";
import { type Refusal, refuse, refuseWith } from "./refusal.ts";
import { compileAll, type Route } from "./route.ts";
import { pathOf, type RouteTable, type Target } from "./routes.ts";
import {
  type Opened,
  ServerSocket,
  type ServerWebSocket,
  type SocketHost,
} from "./server-web-socket.ts";
import {
  checkOptionNames,
  readSettings,
  type ServerSettings,
  SOCKET_SERVER_OPTIONS,
  type SocketServerOptions,
} from "./settings.ts";
import { Topics } from "./topics.ts";
import { accept, type Candidate, examine, type Origination } from "./upgrade.ts";
import { UpgradeRequest } from "./upgrade-request.ts";

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
type UpgradeSource = Pick<HttpServer, "on" | "off" | "listenerCount">;

const DRAIN_TIMEOUT = 5000;

export class SocketServer {
  readonly #settings: ServerSettings;
  readonly #origins: AllowedOrigins;
  readonly #trust: TrustedProxies | undefined;
  readonly #topics = new Topics();
  readonly #sockets = new Set<ServerSocket>();
  /** Handshakes that wait for their handler's `upgrade`: called with the reason to give up. */
  readonly #pending = new Set<(refusal: Refusal) => void>();
  readonly #detach: (() => void)[] = [];
  readonly #host: SocketHost;
  #routes: RouteTable<Route>;
  #draining: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(options: SocketServerOptions) {
    checkOptionNames(options, SOCKET_SERVER_OPTIONS, "SocketServer");
    this.#settings = readSettings(options);
    this.#origins = compileOrigins(options.origins);
    this.#trust = compileTrust(options.trustProxy);
    this.#routes = compileAll(options.routes, this.#origins, this.#settings.connection);
    this.#host = {
      topics: this.#topics,
      uncaught: (error, socket) => this.#report(error, socket),
      failed: (error, socket) => this.#failed(error, socket),
      closed: (socket, info) => this.#closed(socket, info),
    };
  }

  /** Open sockets, and those still closing. */
  get sockets(): ReadonlySet<ServerWebSocket<unknown>> {
    return this.#sockets;
  }

  /** Sends to every subscriber of `topic`, encoded once; returns to how many. */
  publish(topic: string, data: string | Uint8Array): number {
    return this.#topics.publish(topic, data);
  }

  /**
   * Replaces all routes at once: new connections get the new ones, open ones go on with theirs.
   * @throws {TypeError} that names the route; then the old ones stay
   */
  setRoutes(routes: Routes): void {
    this.#routes = compileAll(routes, this.#origins, this.#settings.connection);
  }

  /** Whether a handler lives at a request target, such as `/echo?x=1`. */
  hasRoute(target: string): boolean {
    const { path } = pathOf(target) ?? {};
    return path !== undefined && this.#routes.match(path) !== undefined;
  }

  /** Takes the upgrades of an HTTP server until `close`. */
  attach(httpServer: UpgradeSource, options: AttachOptions = {}): void {
    checkOptionNames(options, ["unmatched"], "attach");
    const { unmatched } = options;
    const onUpgrade = (raw: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const others = httpServer.listenerCount("upgrade") > 1;
      const ignore = unmatched === "ignore" || (unmatched === undefined && others);
      if (ignore && !this.hasRoute(raw.url ?? "")) return;
      this.handleUpgrade(raw, socket, head);
    };
    httpServer.on("upgrade", onUpgrade);
    this.#detach.push(() => httpServer.off("upgrade", onUpgrade));
  }

  /** Answers one upgrade: opens a socket, or refuses. Takes the arguments of Node's `upgrade` event. */
  handleUpgrade(raw: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    // From here on nobody else listens; a reset must not end the process.
    socket.on("error", ignoreError);
    const target = pathOf(raw.url ?? "");
    const refusal = this.#draining && { status: 503, reason: "The server is shutting down." };
    const candidate = refusal ?? this.#examine(raw, socket, target);
    if ("status" in candidate) return this.#refuse(raw, socket, candidate);
    const { upgrade } = candidate.route.handler;
    if (upgrade === undefined) return this.#accept(candidate, undefined, socket, head);
    this.#decide(candidate, socket, head);
  }

  #examine(raw: IncomingMessage, socket: Duplex, target: Target | undefined): Candidate | Refusal {
    if (target === undefined) return { status: 400, reason: "The request target is not a path." };
    const match = this.#routes.match(target.path);
    if (match === undefined) return { status: 404, reason: "No handler lives here." };
    const from = this.#originate(raw, socket, target);
    if (from === undefined) return { status: 400, reason: "A forwarded header is malformed." };
    return examine(raw, match.handler, match.params, from, this.#settings.logger);
  }

  #originate(raw: IncomingMessage, socket: Duplex, target: Target): Origination | undefined {
    const { remoteAddress = "", encrypted = false } = socket as Partial<TLSSocket>; // a Duplex has neither
    const { path, query, authority } = target;
    const host = authority ?? raw.headers.host ?? "";
    if (this.#trust === undefined) return { path, query, host, secure: encrypted, remoteAddress };
    const told = readForwarded(remoteAddress, (name) => headerOf(raw, name), this.#trust);
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
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      timer.cancel();
      socket.off("close", onGone);
      this.#pending.delete(giveUp);
      act();
    };
    const onGone = (): void => settle(() => UpgradeRequest.gone(request));
    const giveUp = (refusal: Refusal): void =>
      settle(() => {
        UpgradeRequest.gone(request);
        this.#refuse(request.raw, socket, refusal);
      });
    const { handshakeTimeout, connection } = this.#settings;
    const timer = connection.clock.setTimer(() => {
      giveUp({ status: 503, reason: "The handler did not decide in time." });
    }, handshakeTimeout);
    socket.once("close", onGone);
    this.#pending.add(giveUp);
    askHandler(route.handler, request).then(
      (answer) => settle(() => this.#answer(candidate, answer, socket, head)),
      (thrown: unknown) => settle(() => this.#answerThrown(candidate, thrown, socket)),
    );
  }

  #answerThrown(candidate: Candidate, thrown: unknown, socket: Duplex): void {
    if (thrown instanceof Response) return this.#refuseWith(candidate, thrown, socket);
    this.#reportFor(candidate, thrown, socket);
  }

  #answer(candidate: Candidate, answer: unknown, socket: Duplex, head: Uint8Array): void {
    if (answer instanceof Response) return this.#refuseWith(candidate, answer, socket);
    this.#accept(candidate, answer, socket, head);
  }

  #refuseWith(candidate: Candidate, response: Response, socket: Duplex): void {
    const { path } = candidate.request;
    this.#settings.logger.info?.(`refused ${path}: ${response.status} from its upgrade()`);
    refuseWith(socket, response).catch((error: unknown) =>
      this.#reportFor(candidate, error, socket),
    );
  }

  /** A handler's mistake before the 101: 500 for the client, all of it for the log. */
  #reportFor({ request, route }: Candidate, error: unknown, socket: Duplex): void {
    this.#report(new HandlerError(`upgrade of ${route.pattern}`, error));
    refuse(socket, { status: 500, reason: `The handler of ${request.path} failed.` });
  }

  #accept(candidate: Candidate, answer: unknown, socket: Duplex, head: Uint8Array): void {
    let accepted: ReturnType<typeof accept>;
    try {
      accepted = accept(candidate, answer, this.#settings.logger);
    } catch (error) {
      return this.#reportFor(candidate, error, socket);
    }
    if (socket.destroyed) return;
    socket.write(accepted.response, "latin1");
    this.#open(candidate.route, accepted.opened, socket, head);
  }

  #open(route: Route, opened: Opened, stream: Duplex, head: Uint8Array): void {
    UpgradeRequest.opened(opened.request);
    const transport = new DuplexTransport(stream);
    const socket = new ServerSocket(this.#host, route.handler, opened, transport, route.connection);
    this.#sockets.add(socket);
    const { logger } = this.#settings;
    logger.info?.(`open ${opened.request.path} from ${socket.remoteAddress}`);
    socket.start(head);
  }

  #refuse(raw: IncomingMessage, socket: Duplex, refusal: Refusal): void {
    this.#settings.logger.info?.(`refused ${raw.url}: ${refusal.status} ${refusal.reason}`);
    refuse(socket, refusal);
  }

  #failed(error: ConnectionError, socket: ServerSocket): void {
    this.#settings.logger.info?.(`failed ${socket.request.path}: ${error.message}`);
  }

  #closed(socket: ServerSocket, { code, reason }: CloseInfo): void {
    this.#sockets.delete(socket);
    const because = reason === "" ? "" : ` ${JSON.stringify(reason)}`;
    this.#settings.logger.info?.(`close ${socket.request.path} ${code}${because}`);
    if (this.#sockets.size === 0) this.#drained?.();
  }

  #report(error: unknown, socket?: ServerSocket): void {
    const { onError, logger } = this.#settings;
    const where = socket && `handler of ${socket.request.path}`;
    if (onError === undefined) return void logger.error?.(textOf(error, where));
    try {
      onError(error, socket);
    } catch (second) {
      logger.error?.(textOf(second, "onError"));
    }
  }

  /**
   * Drains: takes no more upgrades, closes every socket with 1001, waits for their answers up to the
   * timeout, then drops what is left. Settles when no socket is left; a second call joins the first.
   */
  close({ timeout = DRAIN_TIMEOUT }: CloseOptions = {}): Promise<void> {
    this.#draining ??= this.#drain(timeout);
    return this.#draining;
  }

  async #drain(timeout: number): Promise<void> {
    for (const giveUp of [...this.#pending]) {
      giveUp({ status: 503, reason: "The server is shutting down." });
    }
    if (this.#sockets.size > 0) await this.#closeSockets(timeout);
    for (const detach of this.#detach.splice(0)) detach();
  }

  #closeSockets(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#settings.connection.clock.setTimer(() => {
        for (const socket of [...this.#sockets]) socket.terminate();
      }, timeout);
      this.#drained = () => {
        timer.cancel();
        resolve();
      };
      for (const socket of [...this.#sockets]) socket.close(GOING_AWAY);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Something a handler threw before it had a socket. */
class HandlerError extends Error {
  constructor(where: string, cause: unknown) {
    super(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "HandlerError";
    // The handler's own stack is the one that helps.
    if (cause instanceof Error && cause.stack !== undefined)
      this.stack = `${where}: ${cause.stack}`;
  }
}

async function askHandler(handler: AnyHandler, request: UpgradeRequest): Promise<unknown> {
  return handler.upgrade?.(request);
}

function textOf(error: unknown, where: string | undefined): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return where === undefined ? text : `${where}: ${text}`;
}

function headerOf(raw: IncomingMessage, name: string): string | undefined {
  const value = raw.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function ignoreError(): void {}
