/**
 * The base framing protocol (RFC 6455, section 5.2): opcodes, and how a frame's header is written.
 * Reading is the core's, because it must go on where a read was cut.
 */
import { writeKey } from "./mask.ts";

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

export const FIN = 0x80;
export const RSV1 = 0x40;
export const RESERVED_BITS = 0x70;
export const MASK = 0x80;

/** The largest header: 2 bytes, 8 of extended length, 4 of masking key. */
export const MAX_HEADER = 14;
/** "All control frames MUST have a payload length of 125 bytes or less" (section 5.5). */
export const MAX_CONTROL_PAYLOAD = 125;

/** Bytes of a header for a payload of `length` bytes, without a masking key. */
export function headerSize(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

/** Writes a header at `at` with the minimal length encoding; returns where the payload begins. */
export function writeHeader(
  into: Uint8Array,
  at: number,
  firstByte: number,
  length: number,
  key: number | undefined,
): number {
  const maskBit = key === undefined ? 0 : MASK;
  into[at] = firstByte;
  let next = at + 2;
  if (length < 126) {
    into[at + 1] = maskBit | length;
  } else if (length < 65_536) {
    into[at + 1] = maskBit | 126;
    into[at + 2] = length >>> 8;
    into[at + 3] = length;
    next = at + 4;
  } else {
    into[at + 1] = maskBit | 127;
    writeUint32(into, at + 2, Math.floor(length / 0x1_0000_0000));
    writeUint32(into, at + 6, length % 0x1_0000_0000);
    next = at + 10;
  }
  if (key === undefined) return next;
  writeKey(into, next, key);
  return next + 4;
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}
