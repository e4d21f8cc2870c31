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
  /** zlib's strategy. Default: Z_DEFAULT_STRATEGY. */
  readonly strategy?: number | undefined;
  /** What both ends know before the first message. Default: nothing. */
  readonly presets?: Presets | undefined;
}

/** zlib's dictionaries. RFC 7692 has none: whoever uses them agreed on them elsewhere. */
export interface Presets {
  readonly sent?: Uint8Array | undefined;
  readonly received?: Uint8Array | undefined;
}

export const DEFAULT_SETTINGS: DeflateSettings = { threshold: 1024, level: 3, memoryLevel: 8 };
