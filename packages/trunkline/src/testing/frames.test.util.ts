/**
 * Frames written by hand, for tests: right ones and wrong ones, byte for byte as RFC 6455, section
 * 5.2, draws them. Nothing here uses the code under test, so that it never checks itself.
 *
 * A frame for a server is masked and one for a client is not, unless the parts say otherwise.
 */
import { nodeRuntime } from "../connection/node-runtime.ts";
import type { MessageCodec } from "../protocol/codec.ts";
import type { Runtime } from "../protocol/runtime.ts";
import type { Sink } from "../protocol/sink.ts";

export type Role = "client" | "server";

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** The machine that the tests of the core run on. */
export const runtime: Runtime = nodeRuntime;

/** As `runtime`, with masking keys that are always the same. */
export function runtimeWithKey(key: Uint8Array): Runtime {
  return { ...nodeRuntime, fillRandom: (into) => fillWith(into, key) };
}

function fillWith(into: Uint8Array, pattern: Uint8Array): void {
  for (let at = 0; at < into.length; at++) into[at] = pattern[at % pattern.length];
}

export interface FrameParts {
  readonly opcode: keyof typeof opcodes | number;
  readonly payload?: Uint8Array | string;
  /** 1 by default. */
  readonly fin?: 0 | 1;
  /** The three reserved bits as a number: RSV1 is 4. */
  readonly rsv?: number;
  /** Bits of the length's encoding; the fewest that hold it by default. */
  readonly lengthBits?: 7 | 16 | 64;
  /** The length that the header announces, when it is not the payload's. */
  readonly announced?: bigint;
  readonly masked?: boolean;
  readonly key?: Uint8Array;
}

/** Any key with four different bytes. */
const someKey: Uint8Array = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** A frame as the peer of `receiver` sends it. */
export function frameFor(receiver: Role, parts: FrameParts): Uint8Array {
  const masked = parts.masked ?? receiver === "server";
  const payload = toBytes(parts.payload ?? "");
  const key = parts.key ?? someKey;
  const body = masked ? maskSlowly(payload, key) : payload;
  return join(headerFor(parts, payload.length, masked), masked ? key : EMPTY, body);
}

const EMPTY: Uint8Array = new Uint8Array(0);

function headerFor(parts: FrameParts, size: number, masked: boolean): Uint8Array {
  const opcode = typeof parts.opcode === "number" ? parts.opcode : opcodes[parts.opcode];
  const first = ((parts.fin ?? 1) << 7) | ((parts.rsv ?? 0) << 4) | opcode;
  const length = parts.announced ?? BigInt(size);
  const bits = parts.lengthBits ?? fewestBits(length);
  const mask = masked ? 0x80 : 0;
  if (bits === 7) return Uint8Array.of(first, mask | Number(length));
  const code = bits === 16 ? 126 : 127;
  return join(Uint8Array.of(first, mask | code), bigEndian(length, bits / 8));
}

function fewestBits(length: bigint): 7 | 16 | 64 {
  if (length < 126n) return 7;
  return length < 65_536n ? 16 : 64;
}

function bigEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) {
    bytes[at] = Number((value >> BigInt(8 * (size - 1 - at))) & 255n);
  }
  return bytes;
}

/** RFC 6455, section 5.3, to the letter: the slow reference. */
export function maskSlowly(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ key[index % 4]);
}

/** The payload of a Close frame. */
export function closePayload(code: number, reason: Uint8Array | string = ""): Uint8Array {
  return join(bigEndian(BigInt(code), 2), toBytes(reason));
}

export function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** One array of its own with all the pieces. */
export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Bytes that differ from their neighbours, so that a shift or a gap shows. */
export function pattern(size: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >>> 8) * 7 + seed) & 255;
  return bytes;
}

/** Bytes that do not compress, the same in each run. */
export function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** Cuts `bytes` into pieces of the sizes given, over and over; each piece is alone in its memory. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? bytes.length);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** A sink that keeps everything, with small blocks so that frames meet their borders. */
export class KeepingSink implements Sink {
  buffer: Uint8Array = new Uint8Array(64);
  length = 0;
  /** Frames ended so far. */
  commits = 0;
  /** Pieces taken by reference. */
  readonly pushed: Uint8Array[] = [];
  readonly #pieces: Uint8Array[] = [];

  reserve(size: number): void {
    if (this.buffer.length - this.length >= size) return;
    this.#seal();
    this.buffer = new Uint8Array(Math.max(64, size)).fill(0xee);
  }

  commit(): void {
    this.commits++;
  }

  push(bytes: Uint8Array): void {
    this.#seal();
    this.pushed.push(bytes);
    this.#pieces.push(bytes);
  }

  /** All bytes written since the last call. */
  take(): Uint8Array {
    this.#seal();
    return join(...this.#pieces.splice(0));
  }

  #seal(): void {
    this.#pieces.push(this.buffer.slice(0, this.length));
    this.length = 0;
  }
}

/**
 * Stands for permessage-deflate: "compressed" is a Z and the bytes backwards. Under four bytes it
 * declines, as a real one does where nothing is won.
 */
export const backwardsCodec: MessageCodec = {
  threshold: 0,
  shared: { deflate: (payload) => backwardsCodec.deflate(payload) },
  deflate: (payload) =>
    payload.length < 4 ? undefined : join(toBytes("Z"), payload.slice().reverse()),
  deflateFragment: (payload) => payload,
  inflate(payload, limit) {
    if (payload[0] !== 0x5a) return "corrupt";
    if (payload.length - 1 > limit) return "tooBig";
    return Uint8Array.from(payload.subarray(1)).reverse();
  },
  forgetSent() {},
};
