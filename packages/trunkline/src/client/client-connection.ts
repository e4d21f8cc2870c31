/**
 * The connection of a client on what was dialled: the one place that says how a client's differs from
 * a server's. What it owes its owner, and when it starts, is the owner's affair.
 */
import type { Clock } from "../connection/clock.ts";
import {
  Connection,
  type ConnectionOwner,
  type ConnectionSettings,
} from "../connection/connection.ts";
import { openTransport } from "../connection/transports.ts";
import type { Dialled } from "./dial.ts";
import type { Settings } from "./options.ts";

/** RFC 6455 leaves it open how long to wait for the server's Close and the end of the stream. */
const closeTimeout = 5_000;

/** What a socket and a stream want otherwise. */
export type OwnSettings = Pick<ConnectionSettings, "highWaterMark" | "separate">;

/** Makes a connection, not started yet. */
export function connectionOn(
  dialled: Dialled,
  owner: ConnectionOwner,
  settings: Settings,
  clock: Clock,
  own: OwnSettings,
): Connection {
  const connection: ConnectionSettings = {
    role: "client",
    maxMessageSize: settings.maxMessageSize,
    heartbeat: settings.heartbeat,
    closeTimeout,
    ...own,
    // The standard lets a program queue what it likes.
    outgoingLimit: Number.POSITIVE_INFINITY,
    overflow: "close",
    clock,
  };
  return new Connection(owner, openTransport(dialled.stream), connection, dialled.codec);
}
