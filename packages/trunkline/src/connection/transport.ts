/**
 * One byte stream, as a connection sees it.
 *
 * Narrow on purpose: a TCP socket, a TLS socket, an HTTP/2 stream and an in-memory pair all fit,
 * and one contract suite runs against each. A transport knows nothing of WebSocket.
 */
export interface Transport {
  /** Begins to deliver. Called once, before anything else. */
  start(receiver: Receiver): void;
  /**
   * Hands bytes over for sending.
   * Returns true when the bytes have left and the caller may overwrite them; false when the transport
   * still holds them: they must not be changed then, and `onDrain` tells when they are gone.
   */
  write(bytes: Uint8Array): boolean;
  /** As `write`, for several pieces that belong in one system call. */
  writeAll(pieces: readonly Uint8Array[]): boolean;
  /** Whether `write` copies: then the caller may overwrite the bytes in any case. */
  readonly copies: boolean;
  /** Bytes accepted by `write` that have not left yet. */
  readonly buffered: number;
  /** Stops the delivery of bytes; a piece already on its way may still come. */
  pause(): void;
  resume(): void;
  /** Sends FIN after everything written. */
  end(): void;
  /** Drops the stream at once. `onClose` follows. */
  destroy(): void;
  ref(): void;
  unref(): void;
}

/** What a transport reports. None is called from inside a call on the transport, but for `onClose` after `destroy`. */
export interface Receiver {
  /**
   * Bytes came: `bytes[0, length)`, all of `bytes` by default. They are the receiver's to change, and
   * valid only during the call.
   */
  onData(bytes: Uint8Array, length?: number): void;
  /** The peer sent FIN. */
  onEnd(): void;
  /** Everything written has left. */
  onDrain(): void;
  /** The stream is gone; nothing follows. `error` says why, when it did not end in order. */
  onClose(error: Error | undefined): void;
}
