/**
 * Compression by documented calls only: the slow reference, and what is used where the fast engine
 * does not work. Each call makes a zlib stream of its own.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Engine } from "./engine.ts";

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
/** The largest window inflates what was compressed for any. Bytes. */
export const LARGEST_WINDOW = 32_768;

/** `heedsDictionary`: whether zlib inflates behind the dictionary that it is given. Default: it is tried out. */
export function makeReferenceEngine(heedsDictionary?: boolean): Engine {
  // Where the faster engine works, nobody has to know.
  let heeds = heedsDictionary;
  return {
    deflate(payload, before, { windowBits, level, memoryLevel, strategy }, most) {
      const bytes = deflateRawSync(payload, {
        ...dictionary(before),
        windowBits,
        level,
        memLevel: memoryLevel,
        strategy,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      const size = bytes.length - TAIL_SIZE;
      return size > most ? undefined : bytes.subarray(0, size);
    },

    inflate(payload, before, limit) {
      heeds ??= findWhetherHeeded();
      return inflate(payload, before, limit, heeds);
    },
  };
}

export const referenceEngine: Engine = makeReferenceEngine();

function inflate(
  payload: Uint8Array,
  before: Uint8Array | undefined,
  limit: number,
  heedsDictionary: boolean,
): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt" {
  let rest = payload;
  let all: Uint8Array = before ?? new Uint8Array(0);
  const start = all.length;
  for (let blocks = 0; blocks <= MAX_FINAL_BLOCKS; blocks++) {
    const piece = inflateToEnd(rest, all, limit + start - all.length, heedsDictionary);
    if (typeof piece === "string") return piece;
    if (piece.consumed === rest.length) {
      if (!isWhole(rest, all, piece.bytes.length, heedsDictionary)) return "corrupt";
      return new Uint8Array(Buffer.concat([all.subarray(start), piece.bytes]));
    }
    // A final block ended the stream, and the message goes on (RFC 7692, section 7.2.3.4).
    rest = rest.subarray(piece.consumed);
    all = Buffer.concat([all, piece.bytes]);
  }
  return "corrupt";
}

/** Whether blocks that gave `size` bytes end where an empty one without its last four octets does. */
function isWhole(
  blocks: Uint8Array,
  before: Uint8Array,
  size: number,
  heedsDictionary: boolean,
): boolean {
  const probed = Buffer.concat([blocks, TAIL_AND_PROBE]);
  const piece = inflateToEnd(probed, before, size + TAIL_AND_PROBE.length, heedsDictionary);
  if (typeof piece === "string" || piece.bytes.length !== size) return false;
  // The probe was the end of the stream, or a final block was the end of the message.
  return piece.consumed === probed.length - 1 || piece.consumed === blocks.length;
}

function inflateToEnd(
  bytes: Uint8Array,
  before: Uint8Array,
  limit: number,
  heedsDictionary: boolean,
): { readonly bytes: Uint8Array; readonly consumed: number } | "tooBig" | "corrupt" {
  const window = before.subarray(-LARGEST_WINDOW);
  const ahead = heedsDictionary ? new Uint8Array(0) : blockOf(window);
  const known = heedsDictionary ? 0 : window.length;
  try {
    const input = ahead.length === 0 ? bytes : Buffer.concat([ahead, bytes]);
    const { buffer, engine } = inflateRawSync(input, {
      ...(heedsDictionary ? dictionary(window) : {}),
      finishFlush: constants.Z_SYNC_FLUSH,
      // Zero is not allowed.
      maxOutputLength: Math.max(1, known + limit),
      info: true,
      // The types do not know what `info` changes.
    }) as unknown as { readonly buffer: Uint8Array; readonly engine: { bytesWritten: number } };
    const piece = buffer.subarray(known);
    if (piece.length > limit) return "tooBig";
    return { bytes: piece, consumed: engine.bytesWritten - ahead.length };
  } catch (error) {
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "tooBig" : "corrupt";
  }
}

/**
 * What came before, as a block that is not compressed (RFC 1951, section 3.2.4): it goes ahead of the
 * message, and comes out ahead of it. A dictionary does the same for less.
 */
function blockOf(window: Uint8Array): Uint8Array {
  const { length } = window;
  if (length === 0) return window;
  const head = [0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255];
  return Buffer.concat([Uint8Array.from(head), window]);
}

/** Deno 2.9 passes over the option `dictionary`; then the bytes refer to what is not there. */
function findWhetherHeeded(): boolean {
  const word = Buffer.from("dictionary");
  const sameAgain = Uint8Array.of(0x4b, 0x81, 0xb3, 0x00);
  try {
    return inflateRawSync(sameAgain, { dictionary: word }).equals(word);
  } catch {
    return false;
  }
}

/** As an option of zlib, which takes no empty one. */
function dictionary(bytes: Uint8Array | undefined): { readonly dictionary?: Uint8Array } {
  return bytes === undefined || bytes.length === 0 ? {} : { dictionary: bytes };
}
