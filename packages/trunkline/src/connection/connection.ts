// Seam; the implementation follows.
import type { Clock } from "./clock.ts";
import type { Transport } from "./transport.ts";

/** How a connection ended. */
export interface CloseInfo {
  /** The close code received, 1005 when the peer's Close had none, 1006 when no Close came (RFC 6455, section 7.1.5). */
  readonly code: number;
  /** The peer's reason, or "". */
  readonly reason: string;
  /** Whether both sides sent a Close and the stream ended in order. */
  readonly wasClean: boolean;
}

export interface ConnectionOptions {
  readonly role: "client" | "server";
  readonly transport: Transport;
  /** Bytes that came after the opening handshake in the same read. */
  readonly head?: Uint8Array;
  /** Bytes; a longer message fails the connection with 1009. */
  readonly maxMessageSize: number;
  /** Milliseconds between pings; 0 sends none. Gone after one unanswered. */
  readonly heartbeat: number;
  /** Milliseconds to wait for the peer's Close, and then for the end of the stream. */
  readonly closeTimeout: number;
  /** Bytes queued above which `send` returns false. */
  readonly highWaterMark: number;
  /** Bytes queued at the most. */
  readonly outgoingLimit: number;
  readonly overflow: "close" | "drop-newest" | "drop-oldest";
  readonly clock: Clock;
}

/** The owner of a connection: the client's WebSocket, or the server's socket. */
export interface ConnectionOwner {
  /** A whole message: a string for text, a copy of the bytes for binary. */
  onMessage(data: string | Uint8Array): void;
  /** The outgoing queue is empty again after `send` returned false. */
  onDrain(): void;
  /** The closing handshake began: our Close or the peer's, or a failure. Once, before onClose. */
  onClosing(): void;
  /** The stream is gone. Once; nothing follows. */
  onClose(info: CloseInfo): void;
  /** The peer broke the protocol (before onClose), or the stream failed: for the client's `error` event and the log. */
  onFailure(error: Error): void;
  /** `count` queued messages were dropped by the overflow policy. */
  onDropped(count: number): void;
  /** A callback of the owner threw. */
  onUncaught(error: unknown): void;
}

export declare class Connection {
  constructor(owner: ConnectionOwner, options: ConnectionOptions);
  /** Begins to read. Events come after this call returned, never inside it. */
  start(): void;
  /** Queues a message. True below the high-water mark. On a closing or closed connection: discards, false. */
  send(data: string | Uint8Array): boolean;
  ping(data?: Uint8Array): void;
  /** Starts the closing handshake. Arguments are validated by the caller (see protocol/close.ts). */
  close(code?: number, reason?: string): void;
  /** Drops the stream at once, without a Close. */
  terminate(): void;
  pause(): void;
  resume(): void;
  ref(): void;
  unref(): void;
  /** Bytes of frames that have not left yet. */
  readonly bufferedAmount: number;
  /** WHATWG numbers: 1 open, 2 closing, 3 closed. */
  readonly readyState: 1 | 2 | 3;
}
