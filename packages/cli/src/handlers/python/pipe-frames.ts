/**
 * The pipe to the Python worker: frames of a length, a kind, a connection's number and a payload.
 * `python/trunkline_worker/frames.py` is the other end and has the same table; a test compares them.
 */

export const KINDS = {
  // To the worker; TEXT, BINARY, CLOSE and CREDIT go both ways.
  LOAD: 1,
  OPEN: 2,
  OPENED: 3,
  TEXT: 4,
  BINARY: 5,
  CLOSE: 6,
  GONE: 7,
  CREDIT: 8,
  // From the worker.
  READY: 20,
  LOADED: 21,
  FAILED: 22,
  ACCEPT: 23,
  REFUSE: 24,
  ABORT: 25,
  PING: 26,
  RAW: 27,
  LOG: 28,
} as const;

/** Bytes that may be under way for one connection in one direction. */
export const WINDOW = 65_536;
/** What a message costs besides its content: a flood of empty ones must be bounded too. Bytes. */
export const OVERHEAD = 64;

export interface PipeFrame {
  readonly kind: number;
  readonly number: number;
  readonly payload: Buffer;
}

const HEADER = 9;

export function encodeFrame(kind: number, number: number, payload: string | Uint8Array): Buffer {
  const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  const frame = Buffer.allocUnsafe(HEADER + size);
  frame.writeUInt32BE(size, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32BE(number, 5);
  if (typeof payload === "string") frame.write(payload, HEADER);
  else frame.set(payload, HEADER);
  return frame;
}

/** Puts frames together from pieces of the stream. */
export class FrameReader {
  readonly #onFrame: (frame: PipeFrame) => void;
  #pieces: Buffer[] = [];
  #size = 0;
  /** Bytes that the frame being read needs, as far as known. */
  #wanted = HEADER;

  constructor(onFrame: (frame: PipeFrame) => void) {
    this.#onFrame = onFrame;
  }

  feed(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    // Not before it can be a whole frame: a large message comes in a thousand pieces.
    if (this.#size < this.#wanted) return;
    const all = this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces, this.#size);
    const rest = all.subarray(this.#take(all));
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
  }

  /** Gives out the whole frames, and returns where the first that is not whole begins. */
  #take(all: Buffer): number {
    let at = 0;
    while (all.length - at >= HEADER) {
      const end = at + HEADER + all.readUInt32BE(at);
      if (end > all.length) break;
      const payload = all.subarray(at + HEADER, end);
      this.#onFrame({ kind: all.readUInt8(at + 4), number: all.readUInt32BE(at + 5), payload });
      at = end;
    }
    this.#wanted = all.length - at >= HEADER ? HEADER + all.readUInt32BE(at) : HEADER;
    return at;
  }
}
