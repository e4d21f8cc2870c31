/**
 * Frames as the suite writes and reads them (RFC 6455, section 5.2): any frame, right or wrong.
 *
 * It shares nothing with the library, whose opinion is the other one. The builder writes what it is
 * told, illegal too; the scanner reads whatever has the shape of a frame and judges nothing: see
 * `inbox.ts` for what a peer may send.
 */

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** The three reserved bits as one number: RSV1 is 4, RSV2 is 2, RSV3 is 1. */
export const RSV1 = 4;

/** A frame to send. What is left out is as the RFC wants it. */
export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Uint8Array;
  readonly fin?: boolean;
  readonly rsv?: number;
  /** How many bits the length is written in; the fewest that hold it unless it is said. */
  readonly lengthBits?: 7 | 16 | 64;
  /** The length in the header, where it is not the payload's. */
  readonly announced?: bigint;
  /** The key; "none" leaves the frame unmasked. As the sender's role asks unless it is said. */
  readonly mask?: Uint8Array | "none";
}

/** A frame as it came. */
export interface ScannedFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly lengthBits: 7 | 16 | 64;
  /** Unmasked. */
  readonly payload: Buffer;
}

/** `key` masks the frame unless its parts say otherwise; without one it goes out as a server's. */
export function encodeFrame(parts: FrameParts, key?: Uint8Array): Buffer {
  const { opcode, payload = new Uint8Array(0), fin = true, rsv = 0, mask = key } = parts;
  const length = parts.announced ?? BigInt(payload.length);
  const bits = parts.lengthBits ?? fewestBits(length);
  const usedKey = mask === "none" ? undefined : mask;
  const header = Buffer.alloc(headerSize(bits, usedKey !== undefined));
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  writeLength(header, length, bits);
  if (usedKey === undefined) return Buffer.concat([header, payload]);
  header[1] = (header[1] ?? 0) | 0x80;
  header.set(usedKey, header.length - 4);
  return Buffer.concat([header, masked(payload, usedKey)]);
}

/** How many bits hold the length, as the RFC wants it. */
export function fewestBits(length: bigint): 7 | 16 | 64 {
  if (length < 126n) return 7;
  return length < 65_536n ? 16 : 64;
}

function headerSize(bits: 7 | 16 | 64, isMasked: boolean): number {
  return (bits === 7 ? 2 : bits === 16 ? 4 : 10) + (isMasked ? 4 : 0);
}

function writeLength(header: Buffer, length: bigint, bits: 7 | 16 | 64): void {
  if (bits === 7) header[1] = Number(length);
  if (bits === 16) {
    header[1] = 126;
    header.writeUInt16BE(Number(length), 2);
  }
  if (bits === 64) {
    header[1] = 127;
    header.writeBigUInt64BE(length, 2);
  }
}

function masked(payload: Uint8Array, key: Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (key[at & 3] ?? 0);
  return bytes;
}

/** How many bytes of an encoded frame are its header. */
export function sizeOfHeader(frame: Uint8Array): number {
  const second = frame[1] ?? 0;
  const code = second & 0x7f;
  return headerSize(code < 126 ? 7 : code === 126 ? 16 : 64, (second & 0x80) !== 0);
}

/** Bytes in, frames out; a frame is given when all of it is there. */
export class FrameScanner {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Nothing can be read below this many bytes. */
  #needed = 2;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Bytes that belong to no whole frame yet. */
  get pending(): number {
    return this.#length;
  }

  next(): ScannedFrame | undefined {
    while (this.#length >= this.#needed) {
      const bytes = this.#joined();
      const header = sizeOfHeader(bytes);
      const size = bytes.length < header ? header : header + lengthIn(bytes);
      if (bytes.length < size) {
        this.#needed = size;
        continue;
      }
      this.#needed = 2;
      this.#chunks = [bytes.subarray(size)];
      this.#length -= size;
      return readFrame(bytes.subarray(0, size), header);
    }
    return undefined;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

function lengthIn(bytes: Buffer): number {
  const code = (bytes[1] ?? 0) & 0x7f;
  if (code < 126) return code;
  return code === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
}

function readFrame(bytes: Buffer, header: number): ScannedFrame {
  const [first = 0, second = 0] = bytes;
  const isMasked = (second & 0x80) !== 0;
  const code = second & 0x7f;
  const payload = bytes.subarray(header);
  return {
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 7,
    opcode: first & 0x0f,
    masked: isMasked,
    lengthBits: code < 126 ? 7 : code === 126 ? 16 : 64,
    payload: isMasked ? masked(payload, bytes.subarray(header - 4, header)) : payload,
  };
}
