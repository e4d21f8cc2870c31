/**
 * The seam for permessage-deflate (RFC 7692): one synchronous codec per connection, injected.
 * Synchronous, because an asynchronous one costs a thread hop and a queue for every message.
 */

/** What a core throws at a call that sends when its codec threw, which is a bug or a lack of memory. `cause` is what it threw. */
export class CodecError extends Error {
  constructor(cause: unknown) {
    super("a message could not be compressed", { cause });
    this.name = "CodecError";
  }
}

/** Compresses messages by themselves: one and the same for all connections that agreed on the same. */
export interface SharedCodec {
  /** As `MessageCodec.deflate`; on each connection that it is sent to, `forgetSent` must be called. */
  deflate(payload: Uint8Array, force?: boolean): Uint8Array | undefined;
}

export interface MessageCodec {
  /** Bytes of a message below which `deflate` declines, so that nobody need ask. */
  readonly threshold: number;
  /** What compresses a message once for many connections. */
  readonly shared: SharedCodec;
  /**
   * The compressed form of a whole message, or undefined when it goes out plain; `force` tries it
   * below the threshold, too. What is given must be sent, in the order in which it was given. Up to
   * `COPIED_PAYLOAD` bytes are lent: any codec's next call overwrites them. More are the caller's own.
   */
  deflate(payload: Uint8Array, force?: boolean): Uint8Array | undefined;
  /**
   * The compressed form of one fragment of a message whose fragments are all compressed, the last one
   * with `fin`. All of them are one stream of blocks (RFC 7692, section 7.2.1). Lent as above.
   */
  deflateFragment(payload: Uint8Array, fin: boolean): Uint8Array;
  /**
   * Inflates a whole message, and stops as soon as it would exceed `limit` bytes. The result is alone
   * in its ArrayBuffer, or lent: then any codec's next call overwrites it.
   */
  inflate(payload: Uint8Array, limit: number): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt";
  /**
   * A message that was compressed elsewhere, by itself, goes out now (`shared`). The peer takes it into
   * its window, so the next message may not refer to anything before it.
   */
  forgetSent(): void;
}
