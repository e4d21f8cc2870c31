/**
 * What compresses and inflates one message, given the messages before it: a function of its
 * arguments, which keeps nothing. RFC 7692, section 7.2, is kept here; sections 7.1 and 6 in codec.ts.
 */

export interface DeflateChoice {
  /** 8 to 15. */
  readonly windowBits: number;
  readonly level: number;
  readonly memoryLevel: number;
  readonly strategy: number;
}

export interface Engine {
  /**
   * The message without its last four octets (RFC 7692, section 7.2.1), or undefined when that would be
   * longer than `most` bytes. `before` is what came before it, the last 2^windowBits bytes at the most. Lent as
   * `MessageCodec.deflate` says.
   */
  deflate(
    payload: Uint8Array,
    before: Uint8Array | undefined,
    choice: DeflateChoice,
    most: number,
  ): Uint8Array | undefined;
  /** As `MessageCodec.inflate`, after `before`. */
  inflate(
    payload: Uint8Array,
    before: Uint8Array | undefined,
    limit: number,
  ): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt";
}
