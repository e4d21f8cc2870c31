/**
 * The suite's side of an open connection. It plays either role, which decides the masking, and sends
 * what a case tells it, right or wrong. What comes is judged by `inbox.ts`; pings of the tested side
 * are answered here and not told, since they may come at any time.
 */
import type { Compression } from "./compression.ts";
import { CLOSE, encodeFrame, type FrameParts, PONG, sizeOfHeader } from "./frame.ts";
import { Inbox, type Incoming } from "./inbox.ts";
import { describeFrame, type Transcript } from "./transcript.ts";
import type { Wire } from "./wire.ts";

export type PeerEvent =
  | Incoming
  | { readonly type: "end"; readonly reset: boolean }
  | { readonly type: "silence" };

/**
 * How frames reach the wire: in one write; each byte by itself; cut behind the first byte, behind the
 * length, behind the key and before the last byte; or the header byte by byte and the payload in halves.
 */
export type Feed = "whole" | "bytes" | "borders" | "header";

export interface PeerOptions {
  /** What the suite plays. */
  readonly role: "client" | "server";
  readonly wire: Wire;
  readonly transcript: Transcript;
  /** How long an answer may take. Milliseconds. */
  readonly wait: number;
  readonly compression?: Compression | undefined;
}

export class Peer {
  readonly role: "client" | "server";
  readonly wire: Wire;
  readonly wait: number;
  readonly compression: Compression | undefined;
  readonly #transcript: Transcript;
  readonly #inbox: Inbox;
  #keys = 0;
  #hasClosed = false;

  constructor({ role, wire, transcript, wait, compression }: PeerOptions) {
    this.role = role;
    this.wire = wire;
    this.wait = wait;
    this.compression = compression;
    this.#transcript = transcript;
    this.#inbox = new Inbox({
      from: role === "client" ? "server" : "client",
      compression,
      onFrame: (frame) => transcript.add("tested", describeFrame(frame), frame.payload),
    });
  }

  /** The bytes of a frame, masked when we are the client: another key for each, and the same in each run. */
  encode(frame: FrameParts): Buffer {
    this.#keys = (Math.imul(this.#keys, 0x41c6_4e6d) + 0x9e37_79b1) >>> 0;
    const key = Buffer.alloc(4);
    key.writeUInt32BE(this.#keys);
    return encodeFrame(frame, this.role === "client" ? key : undefined);
  }

  /** Sends frames in one write. */
  send(...frames: readonly FrameParts[]): void {
    this.wire.write(Buffer.concat(frames.map((frame) => this.#prepare(frame))));
  }

  /** Sends frames piece by piece; stops when the tested side has ended. */
  async feed(frames: readonly FrameParts[], feed: Feed): Promise<void> {
    if (feed === "whole") return this.send(...frames);
    for (const frame of frames) {
      const bytes = this.#prepare(frame);
      let start = 0;
      for (const end of cutsOf(bytes, feed)) {
        if (this.wire.isOver) return;
        await this.wire.writeAlone(bytes.subarray(start, end));
        start = end;
      }
    }
  }

  /** Sends bytes that are no whole frame. */
  sendBytes(bytes: Uint8Array, what: string): void {
    this.#transcript.add("suite", what, bytes);
    this.wire.write(bytes);
  }

  /** Sends a Close; undefined for one without a body. */
  close(code?: number, reason: string | Uint8Array = ""): void {
    this.#hasClosed = true;
    this.send(closeFrame(code, reason));
  }

  note(what: string): void {
    this.#transcript.add("suite", what);
  }

  /** What the tested side does next, within `wait`. */
  async next(wait: number = this.wait): Promise<PeerEvent> {
    const end = performance.now() + wait;
    for (;;) {
      const event = this.#inbox.next() ?? (await this.#read(Math.max(0, end - performance.now())));
      if (event?.type === "ping") this.send({ opcode: PONG, payload: event.payload });
      else if (event !== undefined) return event;
    }
  }

  async #read(wait: number): Promise<PeerEvent | undefined> {
    const reading = await this.wire.read(wait);
    if (reading.type === "bytes") {
      this.#inbox.push(reading.bytes);
      return undefined;
    }
    if (reading.type === "end") {
      this.#transcript.add("tested", reading.reset ? "reset the connection" : "ended the stream");
    }
    return reading;
  }

  /** Their Close came: sends ours if it has not gone out, and a server ends the stream (section 7.1.1). */
  answerClose(): void {
    if (!this.#hasClosed) this.close(1000);
    if (this.role === "server") this.wire.end();
  }

  #prepare(frame: FrameParts): Buffer {
    if (frame.opcode === CLOSE && frame.fin !== false) this.#hasClosed = true;
    const bytes = this.encode(frame);
    this.#transcript.add("suite", describeFrame(frame), frame.payload);
    return bytes;
  }
}

/** Where each piece ends. */
function cutsOf(bytes: Buffer, feed: Feed): readonly number[] {
  const { length } = bytes;
  const header = sizeOfHeader(bytes);
  const upTo = (end: number) => Array.from({ length: end }, (_, at) => at + 1);
  if (feed === "bytes") return upTo(length);
  const middle = header + ((length - header) >> 1);
  const cuts =
    feed === "header"
      ? [...upTo(header), middle, length]
      : [1, header - 4, header, length - 1, length];
  const inside = cuts.filter((cut) => cut > 0 && cut <= length);
  return [...new Set(inside)].sort((a, b) => a - b);
}

export function closeFrame(code?: number, reason: string | Uint8Array = ""): FrameParts {
  if (code === undefined) return { opcode: CLOSE };
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
  payload.writeUInt16BE(code);
  return { opcode: CLOSE, payload };
}
