/**
 * The options of `ws` that an open connection has, with the defaults of `ws`, as the settings of ours.
 * All connections of a server share one object, as long as its options stay.
 */
import { constants } from "node:buffer";
import { type Clock, systemClock } from "../connection/clock.ts";
import type { ConnectionSettings } from "../connection/connection.ts";
import { bufferRuntime } from "./buffer-runtime.ts";

/** What `setSocket` and the constructor of a server's socket take. */
export interface SocketOptions {
  readonly allowSynchronousEvents?: boolean | undefined;
  readonly autoPong?: boolean | undefined;
  /** Milliseconds. */
  readonly closeTimeout?: number | undefined;
  /** Bytes; 0 is any number. */
  readonly maxPayload?: number | undefined;
  /** 0 is any number. */
  readonly maxFragments?: number | undefined;
  /** Pieces that the payload of a frame may come in; 0 is any number. */
  readonly maxBufferedChunks?: number | undefined;
  /** Pongs by `autoPong` that have not left; one more ends the connection. 0 is any number. */
  readonly maxPendingAutoPongs?: number | undefined;
  readonly skipUTF8Validation?: boolean | undefined;
  readonly generateMask?: ((mask: Buffer) => void) | undefined;
}

/** The defaults of `ws`, the same for a client and a server. */
export const socketDefaults = {
  allowSynchronousEvents: true,
  autoPong: true,
  closeTimeout: 30_000,
  maxBufferedChunks: 262_144,
  maxFragments: 16_384,
  maxPayload: 104_857_600,
  maxPendingAutoPongs: 60,
  skipUTF8Validation: false,
} as const;

/** Closing is all that is timed here, and may be given less time than the clock of others counts in. */
const clock: Clock = { ...systemClock, resolution: 10 };

/** A limit of `ws`, where 0 is none: then it is what one Buffer can hold. */
export function boundOf(limit: number | undefined): number {
  return limit !== undefined && limit > 0 ? limit : constants.MAX_LENGTH;
}

/** One for each role. */
const latest: Record<"client" | "server", ConnectionSettings | undefined> = {
  client: undefined,
  server: undefined,
};

/** The settings for a connection; `first` are the constructor's options, `second` those of `setSocket`. */
export function settingsFor(
  role: "client" | "server",
  first: SocketOptions,
  second: SocketOptions,
): ConnectionSettings {
  const settings = makeSettings(role, first, second);
  const before = latest[role];
  if (before !== undefined && isSame(before, settings)) return before;
  latest[role] = settings;
  return settings;
}

function makeSettings(
  role: "client" | "server",
  first: SocketOptions,
  second: SocketOptions,
): ConnectionSettings {
  return {
    role,
    maxMessageSize: boundOf(second.maxPayload),
    maxFragments: boundOf(second.maxFragments),
    maxPieces: boundOf(second.maxBufferedChunks),
    texts: second.skipUTF8Validation ? "unchecked" : "bytes",
    // The WebSocket answers, by its own `pong`, and counts.
    autoPong: false,
    closeTimeout: first.closeTimeout ?? socketDefaults.closeTimeout,
    // `ws` sends no pings, bounds no queue, tells what crosses a Close, and ends the stream from a
    // client as well.
    heartbeat: 0,
    highWaterMark: Number.POSITIVE_INFINITY,
    outgoingLimit: Number.POSITIVE_INFINITY,
    overflow: "close",
    tellsLate: true,
    endsStream: true,
    clock,
    runtime: bufferRuntime,
  };
}

function isSame(a: ConnectionSettings, b: ConnectionSettings): boolean {
  return (
    a.maxMessageSize === b.maxMessageSize &&
    a.maxFragments === b.maxFragments &&
    a.maxPieces === b.maxPieces &&
    a.texts === b.texts &&
    a.closeTimeout === b.closeTimeout
  );
}
