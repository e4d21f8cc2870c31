/**
 * The option `perMessageDeflate`, the same on the server, on a handler and on the client: what its
 * fields mean, and what is said about a wrong one.
 */
import {
  type DeflateParameters,
  MAX_WINDOW_BITS,
  MIN_WINDOW_BITS,
} from "../../protocol/permessage-deflate.ts";
import { DEFAULT_SETTINGS, type DeflateSettings } from "./settings.ts";

/** How messages are compressed (RFC 7692). Each field has a default of its own. */
export interface PerMessageDeflateOptions {
  /** The server compresses each message by itself: less memory for each connection, longer messages. */
  readonly serverNoContextTakeover?: boolean;
  /** The client compresses each message by itself. */
  readonly clientNoContextTakeover?: boolean;
  /** Base-2 logarithm of the window in which the server looks for repetitions: 8 to 15. */
  readonly serverMaxWindowBits?: number;
  /** Base-2 logarithm of the client's window: 8 to 15. A server can only ask clients that offer to be asked. */
  readonly clientMaxWindowBits?: number;
  /** Bytes; a shorter message goes out plain, unless `send` says otherwise. */
  readonly threshold?: number;
  /** zlib's level: 0 stores, 1 is the fastest, 9 the smallest. */
  readonly level?: number;
  /** zlib's memory level: 1 to 9. */
  readonly memLevel?: number;
}

/** Every field decided: what to wish in the handshake, and how to compress afterwards. */
export interface DeflateWishes extends DeflateParameters, DeflateSettings {}

/** Many connections, most of them idle: nothing is kept for them between messages. */
export const SERVER_DEFLATE: DeflateWishes = {
  ...DEFAULT_SETTINGS,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: MAX_WINDOW_BITS,
  clientMaxWindowBits: MAX_WINDOW_BITS,
};

/** A program has few connections, and leaves it to the server. */
export const CLIENT_DEFLATE: DeflateWishes = {
  ...SERVER_DEFLATE,
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
};

type Field = keyof PerMessageDeflateOptions;

/** A field is a flag, or a whole number in a range. */
const fields: Readonly<Record<Field, "flag" | readonly [least: number, most: number]>> = {
  serverNoContextTakeover: "flag",
  clientNoContextTakeover: "flag",
  serverMaxWindowBits: [MIN_WINDOW_BITS, MAX_WINDOW_BITS],
  clientMaxWindowBits: [MIN_WINDOW_BITS, MAX_WINDOW_BITS],
  threshold: [0, Number.MAX_SAFE_INTEGER],
  level: [0, 9],
  memLevel: [1, 9],
};

/**
 * Fills in `fallback`; undefined when compression is off. `name` is how the option is called in a
 * sentence about it.
 * @throws {TypeError} that names a wrong field
 */
export function readDeflate(
  value: unknown,
  name: string,
  fallback: DeflateWishes,
): DeflateWishes | undefined {
  if (value === undefined || value === true) return fallback;
  if (value === false) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be true, false or an object of options`);
  }
  for (const [field, given] of Object.entries(value)) checkField(name, field, given);
  return fillIn(value, fallback);
}

/**
 * What to wish where the oldest message of a queue may be dropped: it would be missing in the window
 * that the other end keeps, so each message is compressed by itself.
 */
export function forDropping(wishes: DeflateWishes | undefined): DeflateWishes | undefined {
  if (wishes === undefined || wishes.serverNoContextTakeover) return wishes;
  return { ...wishes, serverNoContextTakeover: true };
}

function fillIn(given: PerMessageDeflateOptions, fallback: DeflateWishes): DeflateWishes {
  return {
    serverNoContextTakeover: given.serverNoContextTakeover ?? fallback.serverNoContextTakeover,
    clientNoContextTakeover: given.clientNoContextTakeover ?? fallback.clientNoContextTakeover,
    serverMaxWindowBits: given.serverMaxWindowBits ?? fallback.serverMaxWindowBits,
    clientMaxWindowBits: given.clientMaxWindowBits ?? fallback.clientMaxWindowBits,
    threshold: given.threshold ?? fallback.threshold,
    level: given.level ?? fallback.level,
    memoryLevel: given.memLevel ?? fallback.memoryLevel,
  };
}

function checkField(name: string, field: string, value: unknown): void {
  if (!isField(field)) {
    const known = Object.keys(fields).join(", ");
    throw new TypeError(`${name} has no field "${field}"; it has ${known}`);
  }
  if (value === undefined) return;
  const range = fields[field];
  if (range === "flag") {
    if (typeof value === "boolean") return;
    throw new TypeError(`${name}: "${field}" must be true or false`);
  }
  if (typeof value === "number" && Number.isInteger(value) && isWithin(value, range)) return;
  throw new TypeError(`${name}: "${field}" must be a whole number from ${range.join(" to ")}`);
}

function isField(name: string): name is Field {
  return Object.hasOwn(fields, name);
}

function isWithin(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}
