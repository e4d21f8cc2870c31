/**
 * How messages are compressed: what is ours to choose once the parameters are negotiated, and what we
 * choose when nobody says. The reasons, with the table that decided, are in docs/compression.md.
 */

export interface DeflateSettings {
  /** Bytes of a message below which it goes out plain. */
  readonly threshold: number;
  /** zlib's level: 1 is fast, 9 is small. */
  readonly level: number;
  /** zlib's memory level, 1 to 9: how much a compressor takes. */
  readonly memoryLevel: number;
}

export const DEFAULT_SETTINGS: DeflateSettings = { threshold: 1024, level: 3, memoryLevel: 8 };
