/**
 * The seam for permessage-deflate (RFC 7692): one synchronous codec per connection, injected.
 * Synchronous, because an asynchronous one costs a thread hop and a queue for every message.
 */
export interface MessageCodec {
  /** The compressed form of a whole message, or undefined when it goes out plain. */
  deflate(payload: Uint8Array): Uint8Array | undefined;
  /** Inflates a whole message, and stops as soon as it would exceed `limit` bytes. The result is alone in its ArrayBuffer. */
  inflate(payload: Uint8Array, limit: number): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt";
}
