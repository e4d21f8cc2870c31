/**
 * The network's side of a session: one connection by the library's client, as promises. All that
 * `trunkline connect` knows of WebSocket goes through here, so that its tests need no network.
 */
import { close, ping, WebSocket, type WebSocketOptions } from "trunkline/client";
import { CommandError } from "../command-error.ts";

/** What was agreed on in the opening handshake. */
export interface Agreement {
  readonly protocol: string;
  readonly extensions: string;
}

/** How a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  /** Why it was failed, where the library did that. */
  readonly error: Error | undefined;
}

export interface Connection {
  /** Rejects with the reason when there will be no connection. */
  readonly opened: Promise<Agreement>;
  readonly closed: Promise<Ending>;
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  /** Settles with whether the pong came. */
  ping(data: string): Promise<boolean>;
  /** @throws {Error} for a code or a reason that a Close cannot carry */
  close(code?: number, reason?: string): void;
}

export type Dial = (onMessage: (data: string | Uint8Array) => void) => Connection;

/** The returned function throws a CommandError where the options are not what the client takes. */
export function dialTo(url: URL, options: WebSocketOptions): Dial {
  return (onMessage) => {
    const socket = makeSocket(url, options);
    socket.addEventListener("message", ({ data }) => {
      onMessage(data instanceof ArrayBuffer ? new Uint8Array(data) : String(data));
    });
    return {
      ...watch(socket),
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(data),
      ping: (data) => ping(socket, data),
      close: (code, reason) => close(socket, code, reason),
    };
  };
}

function makeSocket(url: URL, options: WebSocketOptions): WebSocket {
  try {
    const socket = new WebSocket(url, options);
    socket.binaryType = "arraybuffer";
    return socket;
  } catch (error) {
    // A subprotocol, a header or an address that cannot be: the sentence is the library's.
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(2, `${message}.`, { cause: error });
  }
}

function watch(socket: WebSocket): Pick<Connection, "opened" | "closed"> {
  let error: Error | undefined;
  socket.addEventListener("error", (event) => {
    error = event.error;
  });
  const closed = new Promise<Ending>((resolve) => {
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      resolve({ code, reason, wasClean, error });
    });
  });
  const opened = new Promise<Agreement>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(socket));
    closed.then(() => reject(error));
  });
  return { opened, closed };
}
