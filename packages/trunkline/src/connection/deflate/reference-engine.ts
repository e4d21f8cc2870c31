/**
 * Compression by documented calls only: the slow reference, and what is used where the fast engine
 * does not work. Each call makes a zlib stream of its own, so a window is kept here as the last bytes
 * of the messages before, and given as a dictionary.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Deflater, Engine, Inflater } from "./engine.ts";

/** "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end" (RFC 7692, section 7.2.1). */
export const TAIL_SIZE = 4;
/**
 * Goes behind a compressed message: the octets that its sender removed; then an empty final block,
 * which only ends the stream if the message was whole; and one byte more, which must be left over.
 */
export const TAIL_AND_PROBE: Uint8Array = Uint8Array.of(0, 0, 0xff, 0xff, 3, 0, 0);
/**
 * Final blocks (RFC 7692, section 7.2.3.4) that one message may have before it is taken for an attack:
 * each makes zlib begin anew, for two bytes.
 */
export const MAX_FINAL_BLOCKS = 1024;

export const referenceEngine: Engine = {
  openDeflater: (windowBits, level, memoryLevel) =>
    new ReferenceDeflater(windowBits, level, memoryLevel),
  openInflater: (windowBits) => new ReferenceInflater(windowBits),
};

/** The last bytes of everything before, as many as a window has. */
class History {
  readonly #size: number;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(windowBits: number) {
    this.#size = 2 ** windowBits;
  }

  /** As an option of zlib, which takes no empty one. */
  get option(): { readonly dictionary?: Uint8Array } {
    return this.#bytes.length === 0 ? {} : { dictionary: this.#bytes };
  }

  push(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#bytes, bytes]);
    this.#bytes = all.subarray(Math.max(0, all.length - this.#size));
  }

  clear(): void {
    this.#bytes = new Uint8Array(0);
  }
}

class ReferenceDeflater implements Deflater {
  readonly #options: { windowBits: number; level: number; memLevel: number; finishFlush: number };
  readonly #history: History;

  constructor(windowBits: number, level: number, memLevel: number) {
    this.#options = { windowBits, level, memLevel, finishFlush: constants.Z_SYNC_FLUSH };
    this.#history = new History(windowBits);
  }

  deflate(payload: Uint8Array, most: number): Uint8Array | undefined {
    const bytes = deflateRawSync(payload, { ...this.#options, ...this.#history.option });
    this.#history.push(payload);
    const size = bytes.length - TAIL_SIZE;
    return size > most ? undefined : bytes.subarray(0, size);
  }

  reset(): void {
    this.#history.clear();
  }

  close(): void {
    this.#history.clear();
  }
}

class ReferenceInflater implements Inflater {
  readonly #windowBits: number;
  readonly #history: History;

  constructor(windowBits: number) {
    this.#windowBits = windowBits;
    this.#history = new History(windowBits);
  }

  inflate(payload: Uint8Array, limit: number): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt" {
    const pieces: Uint8Array[] = [];
    let rest: Uint8Array = Buffer.concat([payload, TAIL_AND_PROBE]);
    let room = limit;
    for (let blocks = 0; blocks <= MAX_FINAL_BLOCKS; blocks++) {
      const piece = this.#inflateToEnd(rest, room);
      if (typeof piece === "string") return piece;
      pieces.push(piece.bytes);
      room -= piece.bytes.length;
      rest = rest.subarray(piece.consumed);
      // The probe was the end of the stream, or a final block was the end of the message.
      if (rest.length === 1 || rest.length === TAIL_AND_PROBE.length) return alone(pieces);
      // Not even the probe ended it: the message is cut.
      if (rest.length === 0) return "corrupt";
    }
    return "corrupt";
  }

  #inflateToEnd(
    bytes: Uint8Array,
    limit: number,
  ): { bytes: Uint8Array; consumed: number } | "tooBig" | "corrupt" {
    try {
      const { buffer, engine } = inflateRawSync(bytes, {
        ...this.#history.option,
        windowBits: this.#windowBits,
        finishFlush: constants.Z_SYNC_FLUSH,
        // Zero is not allowed.
        maxOutputLength: Math.max(1, limit),
        info: true,
        // The types do not know what `info` changes.
      }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
      if (buffer.length > limit) return "tooBig";
      this.#history.push(buffer);
      return { bytes: buffer, consumed: engine.bytesWritten };
    } catch (error) {
      return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "tooBig" : "corrupt";
    }
  }

  reset(): void {
    this.#history.clear();
  }

  close(): void {
    this.#history.clear();
  }
}

function alone(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
