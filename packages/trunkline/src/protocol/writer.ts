/**
 * Intents in, bytes out: the sending half of RFC 6455, section 5.
 *
 * Frames go into the `Sink` that the owner gave; small payloads are copied there, large ones are
 * handed on by reference (a client masks its own copy). Knows nothing of states: the core asks
 * whether something may be sent, the writer only how.
 */
import { CodecError, type MessageCodec, type SharedCodec } from "./codec.ts";
import {
  BINARY,
  CONTINUATION,
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

/** The most bytes that UTF-8 takes for one character: with less room left, one may not have fitted. */
const LONGEST_CHARACTER = 4;

const KEY_POOL = 4096;

export class Writer {
  readonly #runtime: Runtime;
  readonly #sink: Sink;
  readonly #masking: boolean;
  #codec: MessageCodec | undefined;

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

  /** What compresses a message once for many connections, if anything does. */
  get shared(): SharedCodec | undefined {
    return this.#codec?.shared;
  }

  /** A message compressed for many goes out by another way. */
  forgetSent(): void {
    this.#codec?.forgetSent();
  }

  /** Nothing is sent any more. */
  release(): void {
    this.#codec = undefined;
  }

  /**
   * A whole text message. Lone surrogates become U+FFFD. `compress` is the caller's choice where
   * there is one; undefined leaves it to the codec's threshold.
   */
  text(data: string, compress: boolean | undefined): void {
    if (this.#codec !== undefined && compress !== false) {
      if (compress || this.#reaches(data, this.#codec.threshold)) {
        return this.bytes(TEXT, encodeUtf8(data, this.#runtime), compress);
      }
    }
    this.#text(data);
  }

  /**
   * Writes the text where it will stay, without counting first, which is dearer than writing: a short
   * one gets room for the most that UTF-8 takes, three bytes a UTF-16 unit, a long one for ASCII, which
   * most are. The header before it is moved if its length turns out to need another.
   */
  #text(data: string): void {
    const sink = this.#sink;
    const most = data.length * 3;
    const room = most <= COPIED_PAYLOAD ? most : data.length + LONGEST_CHARACTER;
    sink.reserve(MAX_HEADER + room);
    const start = sink.length;
    const keySize = this.#masking ? 4 : 0;
    const guessed = start + headerSize(data.length) + keySize;
    const size = this.#runtime.writeUtf8(data, sink.buffer, guessed);
    const payload = start + headerSize(size) + keySize;
    // Something was left out, or a longer header would move the end out of the block.
    if (payload + size > sink.buffer.length - LONGEST_CHARACTER) return this.#countedText(data);
    if (payload !== guessed) sink.buffer.copyWithin(payload, guessed, guessed + size);
    this.#writeHeader(sink.buffer, start, FIN | TEXT, size, payload);
    sink.length = payload + size;
    sink.commit();
  }

  #countedText(data: string): void {
    const size = this.#runtime.utf8Length(data);
    const header = headerSize(size) + (this.#masking ? 4 : 0);
    const sink = this.#sink;
    sink.reserve(header + size);
    const start = sink.length;
    this.#runtime.writeUtf8(data, sink.buffer, start + header, size);
    this.#writeHeader(sink.buffer, start, FIN | TEXT, size, start + header);
    sink.length = start + header + size;
    sink.commit();
  }

  /** Whether the text has that many bytes in UTF-8: each UTF-16 unit takes one to three. */
  #reaches(data: string, threshold: number): boolean {
    if (data.length >= threshold) return true;
    return data.length * 3 >= threshold && this.#runtime.utf8Length(data) >= threshold;
  }

  /** A whole message: a binary one, or a text that is UTF-8 already. `compress` as with `text`. */
  bytes(
    opcode: typeof TEXT | typeof BINARY,
    data: Uint8Array,
    compress: boolean | undefined,
  ): void {
    const codec = compress === false ? undefined : this.#codec;
    const deflated = codec && guard(() => codec.deflate(data, compress));
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

  /**
   * One fragment of a compressed message; without a codec, of a plain one. "An endpoint MUST NOT set
   * the 'Per-Message Compressed' bit" of any but the first (RFC 7692, section 6.1).
   */
  deflatedFragment(
    opcode: typeof TEXT | typeof BINARY | typeof CONTINUATION,
    data: Uint8Array,
    fin: boolean,
  ): void {
    const codec = this.#codec;
    if (codec === undefined) return this.fragment(opcode, data, fin);
    const deflated = guard(() => codec.deflateFragment(data, fin));
    const first = opcode === CONTINUATION ? opcode : opcode | RSV1;
    this.frame(fin ? FIN | first : first, deflated);
  }

  /** A frame as `encodeMessage` or `encodeDeflated` made it; only a server's frames go out as they are. */
  encoded(frame: Uint8Array): void {
    if ((frame[0] & RSV1) !== 0) this.#codec?.forgetSent();
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
  if (text) runtime.writeUtf8(data, frame, at, size);
  else frame.set(data, at);
  return frame;
}

/**
 * A frame that `encodeMessage` made, compressed by itself, for many receivers that share `codec`;
 * undefined where it goes out as it is.
 */
export function encodeDeflated(
  frame: Uint8Array,
  codec: SharedCodec,
  runtime: Runtime,
  force = false,
): Uint8Array | undefined {
  const payload = frame.subarray(sizeOfHeader(frame));
  const deflated = guard(() => codec.deflate(payload, force));
  if (deflated === undefined) return undefined;
  const at = headerSize(deflated.length);
  const compressed = runtime.allocate(at + deflated.length);
  writeHeader(compressed, 0, frame[0] | RSV1, deflated.length, undefined);
  compressed.set(deflated, at);
  return compressed;
}

/** Of an unmasked frame of ours. */
function sizeOfHeader(frame: Uint8Array): number {
  const code = frame[1];
  return code < 126 ? 2 : code === 126 ? 4 : 10;
}

function guard<T>(deflate: () => T): T {
  try {
    return deflate();
  } catch (error) {
    throw new CodecError(error);
  }
}

/** `text` as UTF-8. */
export function encodeUtf8(text: string, runtime: Runtime): Uint8Array {
  const size = runtime.utf8Length(text);
  const bytes = runtime.allocate(size);
  runtime.writeUtf8(text, bytes, 0, size);
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
