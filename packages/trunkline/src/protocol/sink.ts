/**
 * Where a core writes its frames. The core never holds outgoing bytes itself, so that what a turn
 * produced can leave in one write.
 */
export interface Sink {
  /** The block being filled; valid until the next call of `reserve` or `push`. */
  readonly buffer: Uint8Array;
  /** Where in `buffer` the next byte goes. The core moves it on after writing. */
  length: number;
  /** Makes room for `size` bytes at `buffer[length]`. */
  reserve(size: number): void;
  /** A frame's end: everything up to `length` may leave. */
  commit(): void;
  /** Queues `bytes` by reference, after everything in `buffer`; they belong to the frame in progress. */
  push(bytes: Uint8Array): void;
}
