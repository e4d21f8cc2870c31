/**
 * A server with a port of its own: node:http (or https) listeners for the addresses asked for, with a
 * `SocketServer` mounted on them.
 *
 * By default it listens on loopback, on both address families: what should be reachable from other
 * machines says so with `host`.
 */
import type { Server as HttpServer } from "node:http";
import type { TlsOptions } from "node:tls";
import type { Clock } from "../connection/clock.ts";
import { describe, type Routes } from "./handler.ts";
import { checkTls, type HttpListener, makeHttpServer, stopListening } from "./http-server.ts";
import { hostInUrl, listenOn, listenOnLoopback, portOf } from "./listen.ts";
import type { OpenPlainly } from "./plain-upgrade.ts";
import type { IfOne, OneRoute, RouteHandlers } from "./route-handlers.ts";
import type { SendOptions, ServerWebSocket } from "./server-web-socket.ts";
import {
  checkFunction,
  checkOptionNames,
  readSettings,
  SERVE_OPTIONS,
  SOCKET_SERVER_OPTIONS,
  type SocketServerOptions,
} from "./settings.ts";
import { type CloseOptions, openPlainly, readCloseTimeout, SocketServer } from "./socket-server.ts";

export interface ServeOptions<R = Routes> extends SocketServerOptions<R> {
  /** 0 to 65535; 0, the default, lets the system choose: see `server.port`. */
  readonly port?: number;
  /** Address or name to listen on. Default: loopback, both address families. */
  readonly host?: string;
  /** Connections that the system keeps waiting until they are taken. Default: Node's, 511. */
  readonly backlog?: number;
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
  publish(topic: string, data: string | Uint8Array | ArrayBuffer, options?: SendOptions): number;
  /** Replaces all routes: new connections get the new ones. @throws {TypeError} that names the route */
  setRoutes(routes: Routes): void;
  /**
   * Drains: 1001 to every socket, waits for their answers and for HTTP requests in progress up to the
   * timeout, then drops what is left.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Opens a port and serves the routes.
 * @throws {TypeError} for an option that is wrong or unknown, naming it
 * @throws {ListenError} when the port cannot be opened
 */
export function serve<Path extends string, D = undefined>(
  options: ServeOptions<OneRoute<Path, D>> & IfOne<Path>,
): Promise<Server>;
export function serve<D extends Readonly<Record<string, unknown>>>(
  options: ServeOptions<RouteHandlers<D>>,
): Promise<Server>;
export async function serve(options: ServeOptions): Promise<Server> {
  checkOptionNames(options, [...SOCKET_SERVER_OPTIONS, ...SERVE_OPTIONS], "serve");
  const { port = 0, host = "localhost", backlog, tls, http, ...rest } = options;
  checkPort(port);
  checkHost(host);
  checkBacklog(backlog);
  checkTls(tls);
  checkFunction(http, "http");
  const sockets = new SocketServer(rest);
  const { handshakeTimeout, report, connection, logger } = readSettings(rest);
  const hasRoute = (target: string): boolean => sockets.hasRoute(target);
  const open: OpenPlainly = (request, socket, transport) =>
    openPlainly(sockets, request, socket, transport);
  const { clock } = connection;
  const make = (): HttpServer => {
    const listener = makeHttpServer({
      handshakeTimeout,
      tls,
      http,
      hasRoute,
      report,
      logger,
      open,
      clock,
    });
    // Before it listens: a client may be there while the other address family is not yet.
    sockets.attach(listener, { unmatched: "refuse" });
    return listener;
  };
  const listeners =
    host === "localhost"
      ? await listenOnLoopback(make, port, backlog)
      : [await listenOn(make(), port, host, backlog)];
  const scheme = tls === undefined ? "ws" : "wss";
  const url = `${scheme}://${reachable(host)}:${portOf(listeners[0])}`;
  logger.debug?.(`listening on ${url}${host === "localhost" ? ", for this machine only" : ""}`);
  return new RunningServer(url, sockets, listeners, clock);
}

class RunningServer implements Server {
  readonly port: number;
  readonly url: string;
  readonly #sockets: SocketServer;
  readonly #listeners: readonly HttpServer[];
  readonly #clock: Clock;
  #closing: Promise<void> | undefined;

  constructor(url: string, sockets: SocketServer, listeners: readonly HttpServer[], clock: Clock) {
    this.url = url;
    this.port = portOf(listeners[0]);
    this.#sockets = sockets;
    this.#listeners = listeners;
    this.#clock = clock;
  }

  get sockets(): ReadonlySet<ServerWebSocket<unknown>> {
    return this.#sockets.sockets;
  }

  publish(topic: string, data: string | Uint8Array | ArrayBuffer, options?: SendOptions): number {
    return this.#sockets.publish(topic, data, options);
  }

  setRoutes(routes: Routes): void {
    this.#sockets.setRoutes(routes);
  }

  close(options: CloseOptions = {}): Promise<void> {
    const timeout = readCloseTimeout(options);
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  async #close(timeout: number): Promise<void> {
    const timer = this.#clock.setTimer(() => {
      for (const listener of this.#listeners) listener.closeAllConnections();
    }, timeout);
    const stopped = this.#listeners.map(stopListening);
    await this.#sockets.close({ timeout });
    await Promise.all(stopped);
    timer.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function checkPort(port: unknown): void {
  if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new TypeError(`"port" must be a whole number from 0 to 65535, not ${describe(port)}`);
}

/** An empty host would mean all addresses to Node: too much for a setting that is missing. */
function checkHost(host: unknown): void {
  if (typeof host === "string" && host !== "") return;
  throw new TypeError(
    `"host" must be an address or a name, such as "0.0.0.0" for all of IPv4, not ${describe(host)}`,
  );
}

/** The system takes an int, and has a bound of its own besides. */
const LARGEST_BACKLOG = 2_147_483_647;

function checkBacklog(backlog: unknown): void {
  if (backlog === undefined) return;
  const isWhole = typeof backlog === "number" && Number.isInteger(backlog);
  if (isWhole && backlog > 0 && backlog <= LARGEST_BACKLOG) return;
  throw new TypeError(
    `"backlog" must be a whole number from 1 to ${LARGEST_BACKLOG}, not ${describe(backlog)}`,
  );
}

/** A name under which a listener on all interfaces can be reached from here. */
function reachable(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "localhost" : hostInUrl(host);
}
