/** Payloads and frames that many groups use. The same in each run. */
import { BINARY, CONTINUATION, type FrameParts, PING, TEXT } from "./frame.ts";
import type { Expected } from "./outcomes.ts";

/** Printable ASCII. */
export function letters(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = 0x20 + ((at * 7 + (at >> 6)) % 95);
  return bytes;
}

/** Every value of a byte, in an order without a short period. */
export function octets(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = 1; at < length; at++) {
    state = (Math.imul(state, 0x19_660d) + 0x3c6e_f35f) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export type Kind = "text" | "binary";

export const KINDS: readonly Kind[] = ["text", "binary"];

export function opcodeOf(kind: Kind): number {
  return kind === "text" ? TEXT : BINARY;
}

/** A payload that is legal in a message of the kind. */
export function payloadOf(kind: Kind, length: number): Buffer {
  return kind === "text" ? letters(length) : octets(length);
}

export function messageFrame(kind: Kind, payload: Uint8Array): FrameParts {
  return { opcode: opcodeOf(kind), payload };
}

export function text(content: string): FrameParts & { readonly payload: Buffer } {
  return { opcode: TEXT, payload: Buffer.from(content) };
}

export function ping(payload: Uint8Array | string = ""): FrameParts {
  return { opcode: PING, payload: Buffer.from(payload) };
}

/** What an echo gives back. */
export function back(kind: Kind, payload: Uint8Array | string): Expected {
  return { type: kind, payload: Buffer.from(payload) };
}

export function pong(payload: Uint8Array | string = ""): Expected {
  return { type: "pong", payload: Buffer.from(payload) };
}

/** A message in fragments of these payloads. */
export function fragments(kind: Kind, ...payloads: readonly (Uint8Array | string)[]): FrameParts[] {
  return payloads.map((payload, at) => ({
    opcode: at === 0 ? opcodeOf(kind) : CONTINUATION,
    payload: Buffer.from(payload),
    fin: at === payloads.length - 1,
  }));
}

/** A payload in fragments of `size` bytes; one, empty, for an empty payload. */
export function split(kind: Kind, payload: Buffer, size: number): FrameParts[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) pieces.push(payload.subarray(at, at + size));
  return pieces.length === 0 ? fragments(kind, "") : fragments(kind, ...pieces);
}
