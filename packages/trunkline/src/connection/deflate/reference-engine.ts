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

export const referenceEngine: Engine = {
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
    let rest = payload;
    let all: Uint8Array = before ?? new Uint8Array(0);
    const start = all.length;
    for (let blocks = 0; blocks <= MAX_FINAL_BLOCKS; blocks++) {
      const piece = inflateToEnd(rest, all, limit + start - all.length);
      if (typeof piece === "string") return piece;
      if (piece.consumed === rest.length) {
        if (!isWhole(rest, all, piece.bytes.length)) return "corrupt";
        return new Uint8Array(Buffer.concat([all.subarray(start), piece.bytes]));
      }
      // A final block ended the stream, and the message goes on (RFC 7692, section 7.2.3.4).
      rest = rest.subarray(piece.consumed);
      all = Buffer.concat([all, piece.bytes]);
    }
    return "corrupt";
  },
};

/** Whether blocks that gave `size` bytes end where an empty one without its last four octets does. */
function isWhole(blocks: Uint8Array, before: Uint8Array, size: number): boolean {
  const probed = Buffer.concat([blocks, TAIL_AND_PROBE]);
  const piece = inflateToEnd(probed, before, size + TAIL_AND_PROBE.length);
  if (typeof piece === "string" || piece.bytes.length !== size) return false;
  // The probe was the end of the stream, or a final block was the end of the message.
  return piece.consumed === probed.length - 1 || piece.consumed === blocks.length;
}

function inflateToEnd(
  bytes: Uint8Array,
  before: Uint8Array,
  limit: number,
): { readonly bytes: Uint8Array; readonly consumed: number } | "tooBig" | "corrupt" {
  try {
    const { buffer, engine } = inflateRawSync(bytes, {
      ...dictionary(before.subarray(-LARGEST_WINDOW)),
      finishFlush: constants.Z_SYNC_FLUSH,
      // Zero is not allowed.
      maxOutputLength: Math.max(1, limit),
      info: true,
      // The types do not know what `info` changes.
    }) as unknown as { readonly buffer: Uint8Array; readonly engine: { bytesWritten: number } };
    return buffer.length > limit ? "tooBig" : { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "tooBig" : "corrupt";
  }
}

/** As an option of zlib, which takes no empty one. */
function dictionary(bytes: Uint8Array | undefined): { readonly dictionary?: Uint8Array } {
  return bytes === undefined || bytes.length === 0 ? {} : { dictionary: bytes };
}
