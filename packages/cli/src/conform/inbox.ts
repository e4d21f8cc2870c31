/**
 * What the tested side may send on an open connection: each frame is judged as it comes, and frames
 * become messages. A fault is a value with a sentence; after it nothing more is read.
 */
import { isUtf8 } from "node:buffer";
import type { Compression } from "./compression.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FrameScanner,
  PING,
  RSV1,
  type ScannedFrame,
  TEXT,
} from "./frame.ts";
import { nameOf, sizeOf } from "./transcript.ts";

export interface Message {
  readonly type: "text" | "binary";
  readonly payload: Buffer;
  /** RSV1 was set on its first frame. */
  readonly compressed: boolean;
  readonly frames: number;
}

export interface Close {
  readonly type: "close";
  /** Undefined when the frame has no body. */
  readonly code: number | undefined;
  readonly reason: string;
}

export type Incoming =
  | Message
  | { readonly type: "ping" | "pong"; readonly payload: Buffer }
  | Close
  | { readonly type: "fault"; readonly sentence: string };

export interface InboxOptions {
  /** Who sends: a client masks, a server does not. */
  readonly from: "client" | "server";
  readonly compression?: Compression | undefined;
  onFrame?(frame: ScannedFrame): void;
}

export class Inbox {
  readonly #options: InboxOptions;
  readonly #scanner = new FrameScanner();
  #parts: ScannedFrame[] = [];
  #closed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  push(bytes: Buffer): void {
    this.#scanner.push(bytes);
  }

  next(): Incoming | undefined {
    for (;;) {
      const frame = this.#scanner.next();
      if (frame === undefined) return undefined;
      this.#options.onFrame?.(frame);
      const sentence = this.#findFault(frame);
      if (sentence !== undefined) return { type: "fault", sentence };
      const event = this.#take(frame);
      if (event !== undefined) return event;
    }
  }

  #findFault(frame: ScannedFrame): string | undefined {
    const name = nameOf(frame.opcode);
    if (this.#closed) return `it sent a frame (${name}) after its Close`;
    if (frame.masked !== (this.#options.from === "client")) {
      return frame.masked
        ? "a frame from a server came masked"
        : "a frame from a client came unmasked";
    }
    if (name.startsWith("opcode")) return `it sent a frame with the reserved ${name}`;
    return findLengthFault(frame) ?? this.#findBitFault(frame) ?? this.#findOrderFault(frame);
  }

  #findBitFault({ rsv, opcode }: ScannedFrame): string | undefined {
    if (rsv === 0) return undefined;
    const isFirst = opcode === TEXT || opcode === BINARY;
    if (rsv === RSV1 && isFirst && this.#options.compression !== undefined) return undefined;
    return `it set reserved bits (${rsv.toString(2).padStart(3, "0")}) on a ${nameOf(opcode)} frame`;
  }

  #findOrderFault({ opcode, fin }: ScannedFrame): string | undefined {
    if (opcode >= CLOSE) return fin ? undefined : "it fragmented a control frame";
    if (opcode === CONTINUATION && this.#parts.length === 0) return "it continued no message";
    if (opcode !== CONTINUATION && this.#parts.length > 0)
      return "it began a message inside another";
    return undefined;
  }

  #take(frame: ScannedFrame): Incoming | undefined {
    if (frame.opcode === CLOSE) return this.#takeClose(frame.payload);
    if (frame.opcode > CLOSE) {
      return { type: frame.opcode === PING ? "ping" : "pong", payload: frame.payload };
    }
    this.#parts.push(frame);
    if (!frame.fin) return undefined;
    const parts = this.#parts;
    this.#parts = [];
    return this.#finish(parts);
  }

  #finish(parts: readonly ScannedFrame[]): Incoming {
    const [first] = parts;
    const type = first?.opcode === TEXT ? "text" : "binary";
    const raw =
      parts.length === 1 && first
        ? first.payload
        : Buffer.concat(parts.map(({ payload }) => payload));
    const compressed = (first?.rsv ?? 0) !== 0;
    const payload = compressed ? this.#options.compression?.inflate(raw) : raw;
    if (payload === undefined) {
      return { type: "fault", sentence: "its compressed message cannot be inflated as negotiated" };
    }
    if (type === "text" && !isUtf8(payload))
      return { type: "fault", sentence: "its text is not UTF-8" };
    return { type, payload, compressed, frames: parts.length };
  }

  #takeClose(payload: Buffer): Incoming {
    this.#closed = true;
    if (payload.length === 0) return { type: "close", code: undefined, reason: "" };
    if (payload.length === 1)
      return { type: "fault", sentence: "its Close has a body of one byte" };
    const code = payload.readUInt16BE(0);
    const reason = payload.subarray(2);
    if (!isSendable(code)) return { type: "fault", sentence: `its Close has the code ${code}` };
    if (!isUtf8(reason))
      return { type: "fault", sentence: "its Close has a reason that is not UTF-8" };
    return { type: "close", code, reason: reason.toString() };
  }
}

function findLengthFault({ opcode, payload, lengthBits }: ScannedFrame): string | undefined {
  const { length } = payload;
  if (opcode >= CLOSE && length > 125) return `it sent a control frame with ${sizeOf(length)}`;
  const least = length < 126 ? 7 : length < 65_536 ? 16 : 64;
  return lengthBits === least ? undefined : `it wrote the length ${length} in ${lengthBits} bits`;
}

/** Section 7.4 and IANA's registry as it stands. */
export function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
}
