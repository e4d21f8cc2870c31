/**
 * The beginning of the body of an answer that refuses: enough to show a person or to parse an error
 * out of, and no more, for nothing says how long it is.
 */
const MOST_BYTES = 16_384;

export class AnswerBody {
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  /** Whether that was enough. */
  add(piece: Uint8Array): boolean {
    this.#pieces.push(piece.subarray(0, Math.max(0, MOST_BYTES - this.#size)));
    this.#size += piece.length;
    return this.#size >= MOST_BYTES;
  }

  /** As UTF-8; a character that was cut at the end is left out. */
  get text(): string {
    return new TextDecoder().decode(Buffer.concat(this.#pieces), { stream: true });
  }
}
