/**
 * The connections of an HTTP server that have not asked anything yet. Browsers open such in advance,
 * and Node counts them as busy, so that its `close` waits for them. Of those that have asked, nothing
 * is kept.
 */
import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";

/** What TCP and TLS see of one connection is two sockets, with the same peer. */
type Key = Socket | string;

export class SilentConnections {
  readonly #sockets = new Map<Key, Socket>();
  readonly #keyOf: (socket: Socket) => Key;
  /** One for all sockets: Node calls it on the socket. */
  readonly #onClose: (this: Socket) => void;

  /** Call it before the server listens. */
  constructor(server: HttpServer, secure: boolean) {
    const keyOf = secure ? peerOf : (socket: Socket): Socket => socket;
    const sockets = this.#sockets;
    this.#keyOf = keyOf;
    this.#onClose = function (this: Socket): void {
      sockets.delete(keyOf(this));
    };
    server.on("connection", (socket: Socket) => {
      sockets.set(keyOf(socket), socket);
      socket.on("close", this.#onClose);
    });
  }

  /** It has asked something. */
  heard(socket: Socket): void {
    const key = this.#keyOf(socket);
    this.#sockets.get(key)?.off("close", this.#onClose);
    this.#sockets.delete(key);
  }

  /** Drops those that are left. */
  drop(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

// Asked for at the beginning, and kept by the socket: after its end the address would be unknown.
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
