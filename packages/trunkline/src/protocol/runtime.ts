/**
 * What the core asks of the machine it runs on.
 *
 * The core is bytes in, events out: it has no clock, no randomness and no text codec of its own,
 * because every runtime does those better. Whoever makes a core hands it one of these.
 * Nothing in here may keep a reference to the bytes it was given.
 */
export interface Runtime {
  /** SHA-1 of an ASCII string, in base64 (RFC 6455, section 4.2.2). */
  sha1Base64(text: string): string;
  /** Fills all of `bytes` from a strong source of entropy (RFC 6455, section 10.3). */
  fillRandom(bytes: Uint8Array): void;
  /** Whether `bytes[start, end)` is well-formed UTF-8. */
  isUtf8(bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * Decodes `bytes[start, end)`, or returns undefined when it is not well-formed UTF-8. A leading U+FEFF
   * is kept. `ascii`: it is known to be ASCII.
   */
  decodeUtf8(bytes: Uint8Array, start: number, end: number, ascii?: boolean): string | undefined;
  /** Unmasks `bytes[start, end)` as `mask` does, and decodes it as `decodeUtf8` does; the bytes are spent. */
  unmaskText(bytes: Uint8Array, start: number, end: number, key: number): string | undefined;
  /** A copy of `bytes[start, end)`, unmasked, alone in its ArrayBuffer; the bytes are spent. */
  unmaskCopy(bytes: Uint8Array, start: number, end: number, key: number): Uint8Array<ArrayBuffer>;
  /** Length in bytes of `text` as UTF-8, lone surrogates counted as U+FFFD. */
  utf8Length(text: string): number;
  /**
   * Writes `text` as UTF-8 at `offset`, lone surrogates as U+FFFD; returns the bytes written. Stops
   * before the character that would not fit into what is left of `into`. `size` is what `utf8Length`
   * said, if it was asked.
   */
  writeUtf8(text: string, into: Uint8Array, offset: number, size?: number): number;
  /**
   * XORs `bytes[start, end)` in place with the key, whose first byte is the low one of `key` (RFC 6455,
   * section 5.3). Returns true where it saw on the way that all of what came out is ASCII.
   */
  mask(bytes: Uint8Array, start: number, end: number, key: number): boolean;
  /** A new array of its own, `size` bytes long, contents unspecified; the caller overwrites all of it. */
  allocate(size: number): Uint8Array<ArrayBuffer>;
  /** As `allocate`, for bytes that nobody gets to see: at least `size` long, for `giveBack` afterwards. */
  borrow(size: number): Uint8Array<ArrayBuffer>;
  giveBack(bytes: Uint8Array<ArrayBuffer>): void;
}
