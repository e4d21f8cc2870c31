/**
 * The LZ77 window of one direction of a connection: the last bytes of what was compressed and sent,
 * or of what came and was inflated. It is all that context takeover keeps.
 */

const SMALLEST = 1024;
/** Up to here memory grows by doubling; beyond, the window is made whole. */
const SMALL = 4096;

export class History {
  readonly #size: number;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;

  /** At most `size` bytes, a power of two. */
  constructor(size: number) {
    this.#size = size;
  }

  /** The last bytes, up to `count` of them; valid until the next change. */
  last(count: number = this.#size): Uint8Array | undefined {
    const length = this.#length;
    if (length === 0) return undefined;
    return this.#bytes?.subarray(Math.max(0, length - count), length);
  }

  push(more: Uint8Array): void {
    const count = Math.min(more.length, this.#size);
    if (count === 0) return;
    const kept = Math.min(this.#length, this.#size - count);
    const into = this.#roomFor(kept + count);
    if (kept < this.#length) into.copyWithin(0, this.#length - kept, this.#length);
    into.set(count === more.length ? more : more.subarray(more.length - count), kept);
    this.#length = kept + count;
  }

  /** Who says little keeps little. */
  #roomFor(length: number): Uint8Array {
    const bytes = this.#bytes;
    if (bytes !== undefined && bytes.length >= length) return bytes;
    let size = length > SMALL ? this.#size : Math.min(SMALLEST, this.#size);
    while (size < length) size *= 2;
    const larger = new Uint8Array(size);
    if (bytes !== undefined) larger.set(bytes);
    this.#bytes = larger;
    return larger;
  }

  clear(): void {
    this.#length = 0;
  }
}
