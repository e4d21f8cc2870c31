/**
 * The server's options: what they mean, their defaults, and what is said about a wrong one. An
 * option that does not exist is an error that names it: a typing mistake must not switch a limit off.
 */
import { type Clock, systemClock } from "../connection/clock.ts";
import type { ConnectionSettings, Overflow } from "../connection/connection.ts";
import {
  type DeflateWishes,
  type PerMessageDeflateOptions,
  readDeflate,
  SERVER_DEFLATE,
} from "../connection/deflate/options.ts";
import { describe, type Routes } from "./handler.ts";
import { makeReport, makeSafe, type Report } from "./report.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";

/** Where log lines go; `console` fits. Absent methods are levels that nobody wants. */
export interface Logger {
  error?(message: string): void;
  warn?(message: string): void;
  info?(message: string): void;
  debug?(message: string): void;
}

/** Options of `SocketServer`, and of `serve` besides its own. */
export interface SocketServerOptions<R = Routes> {
  /** Handlers by path: `/echo`, `/room/[name]`, `/files/[...rest]`. */
  readonly routes: R;
  /** Origins allowed besides our own, or "any". Default: none. */
  readonly origins?: readonly string[] | "any";
  /** Proxies whose forwarded headers are believed: "loopback", addresses, CIDR blocks. Default: none. */
  readonly trustProxy?: string | readonly string[];
  /** Bytes; a longer message closes the connection with 1009. Default: 16 MiB. */
  readonly maxMessageSize?: number;
  /** Compression of messages with clients that offer it (RFC 7692); false takes no offer. Default: true. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** Milliseconds for the whole opening handshake, `upgrade` included. Default: 10,000. */
  readonly handshakeTimeout?: number;
  /** Milliseconds between pings; gone after one that nothing answered; 0 sends none. Default: 25,000. */
  readonly heartbeat?: number;
  /** Milliseconds for the peer's part of the closing handshake. Default: 5,000. */
  readonly closeTimeout?: number;
  /** Bytes queued above which `send` returns false. Default: 64 KiB. */
  readonly highWaterMark?: number;
  readonly limits?: {
    /** Bytes queued for one connection at the most. Default: 16 MiB. */
    readonly outgoing?: number;
  };
  /** What happens beyond `limits.outgoing`. Default: "close", with 1013. */
  readonly overflow?: Overflow;
  /** Takes the errors that nobody else takes. Default: the logger's `error`. */
  readonly onError?: (error: unknown, socket?: ServerWebSocket<unknown>) => unknown;
  /** Default: warnings and errors go to the console. */
  readonly logger?: Logger;
  /** Default: the machine's. Tests give one that they move by hand. */
  readonly clock?: Clock;
}

const MIB = 1_048_576;

/** Everything decided. */
export interface ServerSettings {
  readonly handshakeTimeout: number;
  readonly logger: Logger;
  readonly report: Report;
  readonly connection: ConnectionSettings;
  /** Undefined: no compression is negotiated. */
  readonly deflate: DeflateWishes | undefined;
}

/** Names that `SocketServer` knows, and those that only `serve` does. */
export const SOCKET_SERVER_OPTIONS: readonly string[] = [
  "routes",
  "origins",
  "trustProxy",
  "maxMessageSize",
  "perMessageDeflate",
  "handshakeTimeout",
  "heartbeat",
  "closeTimeout",
  "highWaterMark",
  "limits",
  "overflow",
  "onError",
  "logger",
  "clock",
];
export const SERVE_OPTIONS: readonly string[] = ["port", "host", "backlog", "tls", "http"];

/** @throws {TypeError} that names the option that is not one */
export function checkOptionNames(options: unknown, known: readonly string[], caller: string): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${caller} takes an object of options, not ${describe(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    if (SERVE_OPTIONS.includes(name)) {
      throw new TypeError(`"${name}" is not an option of ${caller}: use serve() to open a port`);
    }
    throw new TypeError(`"${name}" is not an option of ${caller}; it has ${known.join(", ")}`);
  }
}

/** Fills in the defaults. @throws {TypeError} that names a wrong option */
export function readSettings(options: SocketServerOptions<unknown>): ServerSettings {
  checkFunction(options.onError, "onError");
  const logger = readLogger(options.logger);
  return {
    handshakeTimeout: milliseconds(options.handshakeTimeout, "handshakeTimeout", 10_000, 1),
    logger,
    report: makeReport(options.onError, logger),
    connection: readConnection(options),
    deflate: readDeflate(options.perMessageDeflate, '"perMessageDeflate"', SERVER_DEFLATE),
  };
}

function readConnection(options: SocketServerOptions<unknown>): ConnectionSettings {
  const { overflow = "close", limits = {} } = options;
  if (!["close", "drop-newest", "drop-oldest"].includes(overflow)) {
    throw new TypeError(
      `"overflow" must be "close", "drop-newest" or "drop-oldest", not ${describe(overflow)}`,
    );
  }
  checkOptionNames(limits, ["outgoing"], '"limits"');
  return {
    role: "server",
    maxMessageSize: bytes(options.maxMessageSize, "maxMessageSize", 16 * MIB, 1),
    heartbeat: milliseconds(options.heartbeat, "heartbeat", 25_000, 0),
    closeTimeout: milliseconds(options.closeTimeout, "closeTimeout", 5000, 1),
    highWaterMark: bytes(options.highWaterMark, "highWaterMark", 65_536, 0),
    outgoingLimit: bytes(limits.outgoing, "limits.outgoing", 16 * MIB, 1),
    overflow,
    clock: options.clock ?? systemClock,
  };
}

function readLogger(logger: Logger | undefined): Logger {
  if (logger === undefined) return makeSafe({ error: console.error, warn: console.warn });
  if (typeof logger === "object" && logger !== null) return makeSafe(logger);
  throw new TypeError(
    `"logger" must be an object with methods such as "error" and "warn", as console is, not ${describe(logger)}`,
  );
}

/** A number of bytes; Infinity sets no limit. */
function bytes(value: number | undefined, name: string, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= least) return value;
  throw new TypeError(
    `"${name}" must be a number of bytes, at least ${least}, not ${describe(value)}`,
  );
}

/** The longest time that a timer of Node can wait; it takes a longer one for 1. */
const LONGEST = 2_147_483_647;

export function milliseconds(
  value: number | undefined,
  name: string,
  fallback: number,
  least: number,
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= least && value <= LONGEST) return value;
  throw new TypeError(
    `"${name}" must be a number of milliseconds from ${least} to ${LONGEST}, not ${describe(value)}`,
  );
}

export function checkFunction(value: unknown, name: string): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`"${name}" must be a function, not ${describe(value)}`);
}
