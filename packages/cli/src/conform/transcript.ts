/**
 * What went over the wire in one case, both ways, for a reader of the report. Long payloads are cut,
 * and so is a flood of entries: what is left out is counted.
 */
import type { FrameParts, ScannedFrame } from "./frame.ts";
import { BINARY, CLOSE, CONTINUATION, fewestBits, PING, PONG, TEXT } from "./frame.ts";

export type Side = "suite" | "tested";

export interface Entry {
  readonly from: Side;
  /** A frame in words, a line of HTTP, an event of the stream. */
  readonly what: string;
  /** The first bytes in hexadecimal, two digits each, without spaces; "" for an event. */
  readonly bytes: string;
  /** How many bytes there were. */
  readonly length: number;
}

const MOST_ENTRIES = 120;
const MOST_BYTES = 64;

export class Transcript {
  readonly #entries: Entry[] = [];
  #left = 0;

  add(from: Side, what: string, bytes: Uint8Array = new Uint8Array(0)): void {
    if (this.#entries.length >= MOST_ENTRIES) {
      this.#left++;
      return;
    }
    const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MOST_BYTES));
    this.#entries.push({ from, what, bytes: start.toString("hex"), length: bytes.length });
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** How many entries came after the last that was kept. */
  get left(): number {
    return this.#left;
  }
}

const NAMES: Readonly<Record<number, string>> = {
  [CONTINUATION]: "continuation",
  [TEXT]: "text",
  [BINARY]: "binary",
  [CLOSE]: "close",
  [PING]: "ping",
  [PONG]: "pong",
};

export function nameOf(opcode: number): string {
  return NAMES[opcode] ?? `opcode ${opcode}`;
}

/** `text, 5 bytes, not final, RSV1`: what is as it should be goes without saying. */
export function describeFrame(frame: FrameParts | ScannedFrame): string {
  const { opcode, fin = true, rsv = 0, payload = new Uint8Array(0) } = frame;
  const parts = [nameOf(opcode), sizeOf(payload.length)];
  if (!fin) parts.push("not final");
  for (const bit of [1, 2, 3]) if ((rsv & (8 >> bit)) !== 0) parts.push(`RSV${bit}`);
  if ("announced" in frame && frame.announced !== undefined) {
    parts.push(`announced as ${frame.announced}`);
  }
  parts.push(...describeHeader(frame));
  if (opcode === CLOSE && payload.length >= 2) parts.push(`code ${codeIn(payload)}`);
  return parts.join(", ");
}

function describeHeader({ lengthBits = 7, ...frame }: FrameParts | ScannedFrame): string[] {
  const { payload = new Uint8Array(0) } = frame;
  const length = "announced" in frame && frame.announced ? frame.announced : BigInt(payload.length);
  const parts = lengthBits > fewestBits(length) ? [`length in ${lengthBits} bits`] : [];
  if (!("mask" in frame) || frame.mask === undefined) return parts;
  const { mask } = frame;
  return [...parts, mask === "none" ? "unmasked" : `key ${Buffer.from(mask).toString("hex")}`];
}

function codeIn(payload: Uint8Array): number {
  return ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
}

export function sizeOf(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}
