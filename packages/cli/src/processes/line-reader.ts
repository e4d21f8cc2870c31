/**
 * Cuts a stream of bytes into lines, "\n" or "\r\n" at their ends, as bytes or as UTF-8. No line grows
 * beyond the limit: a longer one is told to `onLong`, and else comes in pieces.
 */
export interface LineReaderOptions<Line> {
  /** Bytes. */
  readonly limit: number;
  onLine(line: Line): void;
  /** A line is longer than the limit: nothing more is read. Without it the line is cut there. */
  onLong?(): void;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class ByteLineReader {
  readonly #options: LineReaderOptions<Buffer>;
  /** The pieces of a line whose end has not come. */
  #pieces: Buffer[] = [];
  #size = 0;
  #isOver = false;

  constructor(options: LineReaderOptions<Buffer>) {
    this.#options = options;
  }

  feed(bytes: Buffer): void {
    let start = 0;
    while (!this.#isOver) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#add(bytes.subarray(start, end));
      if (!this.#isOver) this.#finish();
      start = end + 1;
    }
    if (!this.#isOver && start < bytes.length) this.#add(bytes.subarray(start));
  }

  /** The stream has ended: what stands without a newline is a line too. */
  end(): void {
    if (this.#size > 0 && !this.#isOver) this.#finish();
    this.#isOver = true;
  }

  #add(piece: Buffer): void {
    const { limit, onLong } = this.#options;
    const room = limit - this.#size;
    if (piece.length <= room) return this.#keep(piece);
    if (onLong) {
      this.#isOver = true;
      this.#pieces = [];
      return onLong();
    }
    this.#keep(piece.subarray(0, room));
    this.#finish();
    this.#add(piece.subarray(room));
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  #finish(): void {
    const line = Buffer.concat(this.#pieces, this.#size);
    this.#pieces = [];
    this.#size = 0;
    this.#options.onLine(line.at(-1) === RETURN ? line.subarray(0, -1) : line);
  }
}

/** Bytes that are no UTF-8 become U+FFFD. */
export class LineReader extends ByteLineReader {
  constructor(options: LineReaderOptions<string>) {
    super({ ...options, onLine: (line) => options.onLine(line.toString("utf8")) });
  }
}
