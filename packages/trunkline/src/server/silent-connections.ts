/**
 * The connections of an HTTP server that have not asked anything yet. Browsers open such in advance,
 * and Node counts them as busy, so that its `close` waits for them.
 */
import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";

/** What TCP and TLS see of one connection is two sockets, with the same peer. */
type Key = Socket | string;

export class SilentConnections {
  readonly #sockets = new Map<Key, Socket>();
  readonly #keyOf: (socket: Socket) => Key;

  /** Call it before the server listens. */
  constructor(server: HttpServer, secure: boolean) {
    this.#keyOf = secure ? peerOf : (socket) => socket;
    server.on("connection", (socket: Socket) => {
      const key = this.#keyOf(socket);
      this.#sockets.set(key, socket);
      socket.once("close", () => this.#sockets.delete(key));
    });
  }

  /** It has asked something. */
  heard(socket: Socket): void {
    this.#sockets.delete(this.#keyOf(socket));
  }

  /** Drops those that are left. */
  drop(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
