/**
 * What a codec is made of: a compressor and a decompressor, each with its own window.
 */

export interface Deflater {
  /**
   * The message without its last four octets (RFC 7692, section 7.2.1), or undefined when it would be
   * longer than `most` bytes: then `reset` must be called. Lent until the next call when small.
   */
  deflate(payload: Uint8Array, most: number): Uint8Array | undefined;
  /** Forgets the messages before. */
  reset(): void;
  close(): void;
}

export interface Inflater {
  /** As `MessageCodec.inflate`; after anything but bytes, `reset` must be called. */
  inflate(payload: Uint8Array, limit: number): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt";
  /** Forgets the messages before. */
  reset(): void;
  close(): void;
}

export interface Engine {
  openDeflater(windowBits: number, level: number, memoryLevel: number): Deflater;
  openInflater(windowBits: number): Inflater;
}
