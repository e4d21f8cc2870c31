/**
 * Intents in, bytes out: the sending half of RFC 6455, section 5.
 *
 * Frames go into the `Sink` that the owner gave; small payloads are copied there, large ones are
 * handed on by reference (a client masks its own copy). Knows nothing of states: the core asks
 * whether something may be sent, the writer only how.
 */
import type { MessageCodec } from "./codec.ts";
import {
  BINARY,
  type CONTINUATION,
  FIN,
  headerSize,
  MAX_HEADER,
  RSV1,
  TEXT,
  writeHeader,
} from "./frame.ts";
import { readKey } from "./mask.ts";
import type { Runtime } from "./runtime.ts";
import type { Sink } from "./sink.ts";

/** Up to this size a payload is copied at the call, so the caller may change it afterwards. Bytes. */
export const COPIED_PAYLOAD = 16_384;

/** Up to here a text is written straight into the sink's block. UTF-16 units. */
const WRITTEN_TEXT = 65_536;
/** Bytes of UTF-8 that one more character may take. */
const LONGEST_CHARACTER = 4;

const KEY_POOL = 4096;

export class Writer {
  readonly #runtime: Runtime;
  readonly #sink: Sink;
  readonly #masking: boolean;
  readonly #codec: MessageCodec | undefined;

  constructor(
    role: "client" | "server",
    runtime: Runtime,
    sink: Sink,
    codec: MessageCodec | undefined,
  ) {
    this.#masking = role === "client";
    this.#runtime = runtime;
    this.#sink = sink;
    this.#codec = codec;
  }

  /** A whole text message. Lone surrogates become U+FFFD. */
  text(data: string, compress: boolean): void {
    if (compress && this.#codec !== undefined) {
      return this.bytes(TEXT, encodeUtf8(data, this.#runtime), true);
    }
    // Three bytes a UTF-16 unit is the most that UTF-8 takes.
    const most = data.length * 3;
    if (most <= COPIED_PAYLOAD) this.#smallText(data, most);
    else if (!this.#asciiText(data)) this.#largeText(data);
  }

  /** Writes the text where it will stay, if its length turns out to be that of its UTF-16 form. */
  #smallText(data: string, most: number): void {
    const sink = this.#sink;
    sink.reserve(MAX_HEADER + most);
    const start = sink.length;
    const keySize = this.#masking ? 4 : 0;
    const guessed = start + headerSize(data.length) + keySize;
    const size = this.#runtime.writeUtf8(data, sink.buffer, guessed);
    const payload = start + headerSize(size) + keySize;
    if (payload !== guessed) sink.buffer.copyWithin(payload, guessed, guessed + size);
    this.#writeHeader(sink.buffer, start, FIN | TEXT, size, payload);
    sink.length = payload + size;
    sink.commit();
  }

  /**
   * Most large texts are ASCII (JSON, HTML), whose length needs no counting: it is written as if it
   * were, and false if it turns out longer.
   */
  #asciiText(data: string): boolean {
    const size = data.length;
    const header = headerSize(size) + (this.#masking ? 4 : 0);
    const sink = this.#sink;
    const inPlace = size <= WRITTEN_TEXT;
    if (inPlace) sink.reserve(header + size + LONGEST_CHARACTER);
    const start = inPlace ? sink.length : 0;
    const into = inPlace ? sink.buffer : this.#runtime.allocate(header + size + LONGEST_CHARACTER);
    // With room for one more character, a text that is longer than `size` bytes shows.
    const limit = size + LONGEST_CHARACTER;
    if (this.#runtime.writeUtf8(data, into, start + header, limit) !== size) return false;
    this.#writeHeader(into, start, FIN | TEXT, size, start + header);
    if (inPlace) sink.length = start + header + size;
    else sink.push(into.subarray(0, header + size));
    sink.commit();
    return true;
  }

  #largeText(data: string): void {
    const size = this.#runtime.utf8Length(data);
    const payload = headerSize(size) + (this.#masking ? 4 : 0);
    const frame = this.#runtime.allocate(payload + size);
    this.#runtime.writeUtf8(data, frame, payload);
    this.#writeHeader(frame, 0, FIN | TEXT, size, payload);
    this.#sink.push(frame);
    this.#sink.commit();
  }

  /** A whole message: a binary one, or a text that is UTF-8 already. */
  bytes(opcode: typeof TEXT | typeof BINARY, data: Uint8Array, compress: boolean): void {
    const deflated = compress ? this.#codec?.deflate(data) : undefined;
    if (deflated === undefined) this.frame(FIN | opcode, data);
    else this.frame(FIN | RSV1 | opcode, deflated);
  }

  /** One fragment of a message (section 5.4): `opcode` names its kind on the first, CONTINUATION after. */
  fragment(
    opcode: typeof TEXT | typeof BINARY | typeof CONTINUATION,
    data: Uint8Array,
    fin: boolean,
  ): void {
    this.frame(fin ? FIN | opcode : opcode, data);
  }

  /** A frame as `encodeMessage` made it; only a server's frames go out as they are. */
  encoded(frame: Uint8Array): void {
    const sink = this.#sink;
    if (frame.length > COPIED_PAYLOAD) {
      sink.push(frame);
    } else {
      sink.reserve(frame.length);
      sink.buffer.set(frame, sink.length);
      sink.length += frame.length;
    }
    sink.commit();
  }

  /** One frame; `firstByte` has FIN, RSV and opcode. */
  frame(firstByte: number, payload: Uint8Array): void {
    if (payload.length > COPIED_PAYLOAD) return this.#largeFrame(firstByte, payload);
    const sink = this.#sink;
    const size = payload.length;
    sink.reserve(MAX_HEADER + size);
    const start = sink.length;
    const at = start + headerSize(size) + (this.#masking ? 4 : 0);
    sink.buffer.set(payload, at);
    this.#writeHeader(sink.buffer, start, firstByte, size, at);
    sink.length = at + size;
    sink.commit();
  }

  #largeFrame(firstByte: number, payload: Uint8Array): void {
    const sink = this.#sink;
    if (this.#masking) {
      const at = headerSize(payload.length) + 4;
      const frame = this.#runtime.allocate(at + payload.length);
      frame.set(payload, at);
      this.#writeHeader(frame, 0, firstByte, payload.length, at);
      sink.push(frame);
    } else {
      sink.reserve(MAX_HEADER);
      sink.length = writeHeader(sink.buffer, sink.length, firstByte, payload.length, undefined);
      sink.push(payload);
    }
    sink.commit();
  }

  /** Writes the header before a payload that is in its place already, and masks the payload. */
  #writeHeader(
    into: Uint8Array,
    at: number,
    firstByte: number,
    size: number,
    payload: number,
  ): void {
    if (!this.#masking) {
      writeHeader(into, at, firstByte, size, undefined);
      return;
    }
    const key = nextKey(this.#runtime);
    writeHeader(into, at, firstByte, size, key);
    this.#runtime.mask(into, payload, payload + size, key);
  }
}

/** An unmasked frame by itself, for many receivers. */
export function encodeMessage(data: string | Uint8Array, runtime: Runtime): Uint8Array {
  const text = typeof data === "string";
  const size = text ? runtime.utf8Length(data) : data.length;
  const at = headerSize(size);
  const frame = runtime.allocate(at + size);
  writeHeader(frame, 0, FIN | (text ? TEXT : BINARY), size, undefined);
  if (text) runtime.writeUtf8(data, frame, at);
  else frame.set(data, at);
  return frame;
}

/** `text` as UTF-8. */
export function encodeUtf8(text: string, runtime: Runtime): Uint8Array {
  const bytes = runtime.allocate(runtime.utf8Length(text));
  runtime.writeUtf8(text, bytes, 0);
  return bytes;
}

/** Keys are drawn a thousand at a time: "The masking key needs to be unpredictable" (5.3), and a call for each is dear. */
const keys = new Uint8Array(KEY_POOL);
let keysAt = KEY_POOL;
let keysFrom: Runtime | undefined;

function nextKey(runtime: Runtime): number {
  if (keysAt === KEY_POOL || keysFrom !== runtime) {
    runtime.fillRandom(keys);
    keysFrom = runtime;
    keysAt = 0;
  }
  const key = readKey(keys, keysAt);
  keysAt += 4;
  return key;
}
