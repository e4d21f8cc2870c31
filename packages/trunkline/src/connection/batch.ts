/**
 * Frames for many receivers, encoded once and laid one behind the other for the length of a turn.
 *
 * A receiver's outbox joins at a place and remembers only that; at the end of the turn everybody who
 * joined at the same place writes the very same view. The bytes are only ever added to, never changed
 * or used again, because a transport may hold them for as long as its peer is slow.
 */

/** A batch that would outgrow this is closed, and the next one begun. Bytes. */
export const BATCH_SIZE = 65_536;

export class Batch {
  #bytes: Uint8Array = Buffer.allocUnsafeSlow(2048);
  #length = 0;
  #view: Uint8Array | undefined;
  #viewStart = 0;

  get length(): number {
    return this.#length;
  }

  append(frame: Uint8Array): void {
    const length = this.#length + frame.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(frame, this.#length);
    this.#length = length;
    this.#view = undefined;
  }

  /** Everything from `start` on: one view for all who ask for the same. */
  since(start: number): Uint8Array {
    if (this.#view === undefined || this.#viewStart !== start) {
      this.#view = this.#bytes.subarray(start, this.#length);
      this.#viewStart = start;
    }
    return this.#view;
  }
}
