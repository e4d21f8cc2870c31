/**
 * Which transport a stream gets: sockets the fast one, every other Duplex the documented one.
 * `TRUNKLINE_TRANSPORT=stream` in the environment takes the documented one for all, for diagnosis.
 */
import type { Duplex } from "node:stream";
import { DuplexTransport } from "./duplex-transport.ts";
import { hasFastSockets, isFastSocket, SocketTransport } from "./socket-transport.ts";

/** Asked for in the environment; or the runtime is another one, whose node:net and node:http are its own. */
export const documentedOnly: boolean =
  process.env.TRUNKLINE_TRANSPORT === "stream" || !hasFastSockets;

export function openTransport(stream: Duplex): DuplexTransport {
  if (!documentedOnly && isFastSocket(stream)) return new SocketTransport(stream);
  return new DuplexTransport(stream);
}
