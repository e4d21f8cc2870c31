/**
 * The constructor's second argument: protocols as the standard has it, or one bag of options.
 *
 * An object without Symbol.iterator is the bag; the standard would make a string of it that is
 * never a subprotocol, so nothing that works in a browser means something else here.
 * A mistake throws at the call and names the option.
 */
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Duplex } from "node:stream";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { type Clock, systemClock } from "../connection/clock.ts";
import {
  CLIENT_DEFLATE,
  type DeflateWishes,
  type PerMessageDeflateOptions,
  readDeflate,
} from "../connection/deflate/options.ts";
import { baseUrl } from "./location.ts";

export type Protocols = string | Iterable<string>;

export type HeadersInput =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[]>>;

export interface WebSocketOptions {
  /** Subprotocols to offer, as the second argument of a browser's WebSocket. */
  readonly protocols?: Protocols;
  /** Headers of the opening handshake besides its own: `Authorization`, `Cookie`, `Origin`, `Host`. */
  readonly headers?: HeadersInput;
  /** For wss: Node's own TLS options, with Node's own defaults. */
  readonly tls?: TlsOptions;
  /** Milliseconds until the connection must be open; 0 waits for ever. Default 10 000. */
  readonly handshakeTimeout?: number;
  /** Milliseconds between pings; a server that answers none is given up. 0 sends none. Default 25 000. */
  readonly heartbeat?: number;
  /** Bytes; a longer message fails the connection with 1009. Default 16 MiB. */
  readonly maxMessageSize?: number;
  /** Compression of messages, offered to the server (RFC 7692); false does not offer it. Default true. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /**
   * At most one socket at a time connects to an address and port; the others wait, up to
   * `handshakeTimeout` (RFC 6455, section 4.1). False lets this one go at once. Default true.
   */
  readonly serializeHandshakes?: boolean;
  /** Gives up the attempt to connect. Once the socket is open it has no effect: use close() or terminate(). */
  readonly signal?: AbortSignal;
}

/** What a socket stands on. */
export interface Machine {
  readonly clock: Clock;
  /** Gives a stream to the server, connected already, in the place of the network. */
  readonly connect?: () => Duplex;
}

/**
 * Where the bag holds another machine, for tests: no public entry exports the symbol, and `connectTo`
 * of trunkline/testing knows it.
 */
export const MACHINE: unique symbol = Symbol("machine");

export interface InternalOptions extends WebSocketOptions {
  readonly [MACHINE]?: Machine;
}

/** The second argument, with every default filled in. */
export interface Settings {
  readonly protocols: readonly string[];
  /** Name and value as they go out; a name may stand more than once. */
  readonly headers: readonly (readonly [string, string])[];
  readonly tls: TlsOptions;
  readonly handshakeTimeout: number;
  readonly heartbeat: number;
  readonly maxMessageSize: number;
  /** Undefined: not offered. */
  readonly perMessageDeflate: DeflateWishes | undefined;
  readonly serializeHandshakes: boolean;
  readonly signal: AbortSignal | undefined;
}

const known: ReadonlySet<string> = new Set<keyof WebSocketOptions>([
  "protocols",
  "headers",
  "tls",
  "handshakeTimeout",
  "heartbeat",
  "maxMessageSize",
  "perMessageDeflate",
  "serializeHandshakes",
  "signal",
]);

/** Headers that the handshake writes itself, and those that would give the request a body. */
const reserved: ReadonlySet<string> = new Set([
  "connection",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "sec-websocket-accept",
  "content-length",
  "transfer-encoding",
]);

/** The longest delay a Node timer takes; a longer one would fire at once. */
export const longestDelay: number = 2 ** 31 - 1;

export function readSettings(argument: unknown): Settings {
  const options = isBag(argument) ? checkNames(argument) : { protocols: argument as Protocols };
  return {
    protocols: readProtocols(options.protocols),
    headers: withOrigin(readHeaders(options.headers)),
    tls: readTls(options.tls),
    handshakeTimeout: readNumber("handshakeTimeout", options.handshakeTimeout, 10_000),
    heartbeat: readNumber("heartbeat", options.heartbeat, 25_000),
    maxMessageSize: readNumber(
      "maxMessageSize",
      options.maxMessageSize,
      16 * 1024 * 1024,
      Number.POSITIVE_INFINITY,
    ),
    perMessageDeflate: readDeflate(
      options.perMessageDeflate,
      "WebSocket's option perMessageDeflate",
      CLIENT_DEFLATE,
    ),
    serializeHandshakes: readBoolean("serializeHandshakes", options.serializeHandshakes, true),
    signal: readSignal(options.signal),
  };
}

export function readMachine(argument: unknown): Machine {
  const given = isBag(argument) ? (argument as InternalOptions)[MACHINE] : undefined; // a bag is anything
  return given ?? { clock: systemClock };
}

function isBag(argument: unknown): argument is object {
  return typeof argument === "object" && argument !== null && !(Symbol.iterator in argument);
}

function checkNames(bag: object): WebSocketOptions {
  for (const name of Object.keys(bag)) {
    if (known.has(name)) continue;
    throw new TypeError(
      `WebSocket has no option ${JSON.stringify(name)}; it has ${[...known].join(", ")}`,
    );
  }
  return bag;
}

/** `(DOMString or sequence<DOMString>) protocols = []`: an iterable is a sequence, all else one string. */
function readProtocols(protocols: unknown): readonly string[] {
  if (protocols === undefined) return [];
  // 3. "If protocols is a string, set protocols to a sequence consisting of just that string."
  if (!isIterable(protocols)) return [`${protocols}`];
  return Array.from(protocols, (value) => `${value}`);
}

/** Strings are not: one is a sequence of itself. */
function isIterable(value: unknown): value is Iterable<unknown> {
  const kind = typeof value;
  if (value === null || (kind !== "object" && kind !== "function")) return false;
  return Symbol.iterator in (value as object);
}

function readHeaders(input: HeadersInput | undefined): Settings["headers"] {
  if (input === undefined) return [];
  if (typeof input !== "object" || input === null) {
    throw new TypeError(
      "WebSocket's option headers must be an object, a Headers, or [name, value] pairs",
    );
  }
  const headers: [string, string][] = [];
  for (const [name, value] of isIterable(input) ? input : Object.entries(input)) {
    for (const one of Array.isArray(value) ? value : [value]) headers.push(readHeader(name, one));
  }
  return headers;
}

/** "|Origin| […] if the request is coming from a browser client" (RFC 6455, section 4.1): a page has no choice. */
function withOrigin(headers: Settings["headers"]): Settings["headers"] {
  const base = baseUrl();
  if (base === undefined || headers.some(([name]) => name.toLowerCase() === "origin")) {
    return headers;
  }
  return [["Origin", base.origin], ...headers];
}

function readHeader(name: string, value: string): [string, string] {
  validateHeaderName(name);
  validateHeaderValue(name, value);
  if (reserved.has(name.toLowerCase())) {
    throw new TypeError(
      `The header ${name} belongs to the opening handshake and cannot be set; subprotocols go into the option protocols`,
    );
  }
  return [name, `${value}`];
}

function readTls(tls: TlsOptions | undefined): TlsOptions {
  if (tls === undefined) return {};
  if (typeof tls === "object" && tls !== null) return tls;
  throw new TypeError("WebSocket's option tls must be an object of Node's TLS options");
}

function readNumber(
  name: keyof WebSocketOptions,
  value: number | undefined,
  fallback: number,
  most: number = longestDelay,
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw new TypeError(
    `WebSocket's option ${name} must be a number from 0 to ${most}, not ${String(value)}`,
  );
}

function readBoolean(
  name: keyof WebSocketOptions,
  value: boolean | undefined,
  fallback: boolean,
): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw new TypeError(`WebSocket's option ${name} must be true or false, not ${String(value)}`);
}

function readSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw new TypeError("WebSocket's option signal must be an AbortSignal");
}
