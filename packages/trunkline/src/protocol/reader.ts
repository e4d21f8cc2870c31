/**
 * Bytes in, events out: the receiving half of RFC 6455, sections 5 to 8.
 *
 * `feed` lends the reader a piece of the stream, `next` is called until it returns undefined, and
 * `keep` must be called before the lent bytes change if some of them were not consumed. One event
 * at a time, so that whoever pulls can stop in the middle of a read. After a `fail` event there is
 * nothing more: the rest of the stream is discarded.
 *
 * Limits are checked on the header, before a byte of payload is kept; a message is assembled in one
 * buffer that grows as its bytes really come, so that a header alone, or a million tiny fragments,
 * cost nothing. It masks in place: the lent bytes are overwritten.
 */
import { type Close, readClose } from "./close.ts";
import type { MessageCodec } from "./codec.ts";
import { type Failure, type FailureName, failures } from "./failures.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  MASK,
  MAX_CONTROL_PAYLOAD,
  MAX_HEADER,
  PING,
  PONG,
  RESERVED_BITS,
  RSV1,
  TEXT,
} from "./frame.ts";
import { readKey, rotateKey } from "./mask.ts";
import type { Runtime } from "./runtime.ts";
import { Utf8Checker } from "./utf8.ts";

/** What came. Bytes in an event are the receiver's own copy, alone in their ArrayBuffer. */
export type ReadEvent =
  | { readonly type: "text"; readonly data: string }
  /** A text message in place of "text", where `texts` asks for bytes. */
  | { readonly type: "utf8"; readonly data: Uint8Array<ArrayBuffer> }
  | {
      readonly type: "binary";
      readonly data: Uint8Array<ArrayBuffer>;
      /** Where each fragment ends, if `cutting` asked for it and the message came in several. */
      readonly cuts?: readonly number[];
    }
  | { readonly type: "ping"; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: "pong"; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: "close"; readonly close: Close }
  | {
      readonly type: "fail";
      readonly failure: Failure;
      /** The number that must not be there: an opcode, the length in a control frame's second byte, a close code. */
      readonly found?: number;
      /** What our own codec threw, which is no fault of the peer's. */
      readonly cause?: unknown;
    };

export interface ReaderOptions {
  /** The role of this side: a server takes masked frames only, a client unmasked ones only. */
  readonly role: "client" | "server";
  /** Bytes, after decompression. */
  readonly maxMessageSize: number;
  /** Frames of one message; a message of more is a failure with 1008. Default: any number. */
  readonly maxFragments?: number | undefined;
  /**
   * Pieces of the stream that one frame's payload may come in; more are a failure with 1008, for each
   * costs a turn of work however small it is. Default: any number.
   */
  readonly maxPieces?: number | undefined;
  /**
   * How text messages come: as strings, the default; as their bytes, checked to be UTF-8; or as their
   * bytes as they are, reasons of a Close too, which breaks section 8.1 and is for trusted peers alone.
   */
  readonly texts?: "string" | "bytes" | "unchecked" | undefined;
  readonly runtime: Runtime;
  readonly codec?: MessageCodec | undefined;
}

const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);
/** The first block of a message that spans reads. Bytes. */
const FIRST_BLOCK = 65_536;
/**
 * A block may be this many times what has really come, up to what was announced. Each growth copies;
 * what is not written to yet costs address space, but no memory.
 */
const HEADROOM = 16;
const LONG_FRAME = 65_536;
/** Bytes by which deflate may lengthen the shortest message. */
const DEFLATE_SLACK = 64;

export class Reader {
  readonly #runtime: Runtime;
  #codec: MessageCodec | undefined;
  readonly #masked: boolean;
  #maxMessageSize: number;
  readonly #maxFragments: number;
  readonly #maxPieces: number;
  readonly #texts: "string" | "bytes" | "unchecked";

  // The lent bytes.
  #input: Uint8Array = EMPTY;
  /** Whether they are a lender's still, not our copy. */
  #lent = false;
  #at = 0;
  #end = 0;

  // The frame being read; #opcode is -1 between frames.
  #opcode = -1;
  #fin = false;
  #length = 0;
  #missing = 0;
  /** Pieces that the payload has come in so far, if it has not come whole. */
  #pieces = 0;
  #key = 0;
  /** A header cut by the end of a read. */
  #header: Uint8Array | undefined;
  #headerLength = 0;
  #control: Uint8Array | undefined;

  // The message being assembled; #kind is 0 between messages.
  #kind = 0;
  #compressed = false;
  #message: Uint8Array<ArrayBuffer> = EMPTY;
  #messageLength = 0;
  #fragments = 0;
  #cuts: number[] | undefined;
  #utf8: Utf8Checker | undefined;

  #over = false;

  constructor(options: ReaderOptions) {
    this.#runtime = options.runtime;
    this.#codec = options.codec;
    this.#masked = options.role === "server";
    this.#maxMessageSize = options.maxMessageSize;
    this.#maxFragments = options.maxFragments ?? Number.POSITIVE_INFINITY;
    this.#maxPieces = options.maxPieces ?? Number.POSITIVE_INFINITY;
    this.#texts = options.texts ?? "string";
  }

  /** Bytes of the messages that begin from here on, and of what comes of the one under way. */
  set maxMessageSize(bytes: number) {
    this.#maxMessageSize = bytes;
  }

  /** Whether binary events tell where the message's fragments ended; from the next fragment on. */
  set cutting(on: boolean) {
    this.#cuts = on ? [] : undefined;
  }

  /** Lends the next piece of the stream, `bytes[0, length)`. Everything lent before must have been pulled or kept. */
  feed(bytes: Uint8Array, length: number = bytes.length): void {
    if (this.#over) return;
    if (this.#at < this.#end) {
      this.#input = joined(this.#input, this.#at, this.#end, bytes.subarray(0, length));
      this.#end = this.#input.length;
      this.#lent = false;
    } else {
      this.#input = bytes;
      this.#end = length;
      this.#lent = true;
    }
    this.#at = 0;
  }

  /** Copies what was lent and not consumed, so that the lender may overwrite it. */
  keep(): void {
    const rest = this.#end - this.#at;
    if (rest > 0 && !this.#lent) return;
    this.#input = rest === 0 ? EMPTY : joined(this.#input, this.#at, this.#end, EMPTY);
    this.#lent = false;
    this.#at = 0;
    this.#end = rest;
  }

  /** Whether some of what was lent has not been consumed. */
  get hasInput(): boolean {
    return this.#at < this.#end;
  }

  /** Whether a data frame is open that is long: what comes next is only taken, and costs little. */
  get inLongFrame(): boolean {
    return !this.#over && this.#missing > 0 && this.#length >= LONG_FRAME;
  }

  /** The next event, or undefined when more bytes are needed. */
  next(): ReadEvent | undefined {
    while (!this.#over) {
      if (this.#opcode === -1) {
        const failed = this.#readHeader();
        if (failed !== undefined) return failed;
        if (this.#opcode === -1) return undefined;
      }
      const event = this.#opcode >= CLOSE ? this.#readControl() : this.#readData();
      if (event !== undefined) return event;
      // Undefined with the frame still open: its bytes are not all here.
      if (this.#opcode !== -1) return undefined;
    }
    return undefined;
  }

  #fail(name: FailureName, found?: number): ReadEvent {
    this.stop();
    const failure = failures[name];
    return found === undefined ? { type: "fail", failure } : { type: "fail", failure, found };
  }

  /** Discards everything from here on, as after a Close: "a peer discards any further data received" (1.4). */
  stop(): void {
    this.#over = true;
    this.#input = EMPTY;
    this.#message = EMPTY;
    this.#at = this.#end = 0;
    this.#header = this.#control = undefined;
  }

  /** After `stop`: the codec's window is nobody's any more. */
  release(): void {
    this.#codec = undefined;
  }

  /** Leaves #opcode at -1 when the header is not whole yet. */
  #readHeader(): ReadEvent | undefined {
    if (this.#headerLength > 0) return this.#continueHeader();
    const available = this.#end - this.#at;
    if (available < 2) return this.#cutHeader();
    const first = this.#input[this.#at];
    const second = this.#input[this.#at + 1];
    const failed = this.#checkFirstBytes(first, second);
    if (failed !== undefined) return failed;
    const size = fullHeaderSize(second);
    if (available < size) return this.#cutHeader();
    const at = this.#at;
    this.#at += size;
    return this.#openFrame(this.#input, at, size);
  }

  #cutHeader(): undefined {
    this.#header ??= new Uint8Array(MAX_HEADER);
    while (this.#at < this.#end) this.#header[this.#headerLength++] = this.#input[this.#at++];
  }

  /** Goes on with a header that a read cut; its parts are checked as soon as they are there. */
  #continueHeader(): ReadEvent | undefined {
    const header = this.#header as Uint8Array; // made when #headerLength left 0
    while (this.#at < this.#end) {
      header[this.#headerLength++] = this.#input[this.#at++];
      if (this.#headerLength < 2) continue;
      if (this.#headerLength === 2) {
        const failed = this.#checkFirstBytes(header[0], header[1]);
        if (failed !== undefined) return failed;
      }
      const size = fullHeaderSize(header[1]);
      if (this.#headerLength < size) continue;
      this.#headerLength = 0;
      return this.#openFrame(header, 0, size);
    }
    return undefined;
  }

  /** Section 5.2's checks: what frame it is, and whether it may come now; then how it comes. */
  #checkFirstBytes(first: number, second: number): ReadEvent | undefined {
    const opcode = first & 0x0f;
    if ((first & RESERVED_BITS) !== 0) {
      const failed = this.#checkReservedBits(first, opcode);
      if (failed !== undefined) return failed;
    }
    const failed =
      opcode > BINARY ? this.#checkControl(first, second, opcode) : this.#checkPlace(opcode);
    if (failed !== undefined) return failed;
    // "The server MUST close the connection upon receiving a frame that is not masked" and "A client
    // MUST close a connection if it detects a masked frame" (5.1).
    if (((second & MASK) !== 0) === this.#masked) return undefined;
    return this.#fail(this.#masked ? "unmaskedFromClient" : "maskedFromServer");
  }

  #checkControl(first: number, second: number, opcode: number): ReadEvent | undefined {
    if (opcode < CLOSE || opcode > PONG) return this.#fail("reservedOpcode", opcode);
    if ((first & FIN) === 0) return this.#fail("controlFragmented");
    const length = second & 0x7f;
    return length > MAX_CONTROL_PAYLOAD ? this.#fail("controlTooLong", length) : undefined;
  }

  /** A message's first frame comes between messages, a continuation within one. */
  #checkPlace(opcode: number): ReadEvent | undefined {
    if ((opcode === CONTINUATION) === (this.#kind !== 0)) return undefined;
    if (opcode === CONTINUATION) return this.#fail("nothingToContinue");
    return this.#fail("messageInterrupted", opcode);
  }

  #checkReservedBits(first: number, opcode: number): ReadEvent | undefined {
    if ((first & RESERVED_BITS) !== RSV1) return this.#fail("reservedBits");
    if (this.#codec === undefined || opcode >= CLOSE) return this.#fail("compressedUnasked");
    // "An endpoint MUST NOT set the 'Per-Message Compressed' bit of […] non-first fragments" (RFC 7692, 6.1).
    return opcode === CONTINUATION ? this.#fail("compressedContinuation") : undefined;
  }

  /** Takes a whole header: length, limit, key. */
  #openFrame(header: Uint8Array, at: number, size: number): ReadEvent | undefined {
    const code = header[at + 1] & 0x7f;
    let length = code;
    if (code === 126) {
      length = (header[at + 2] << 8) | header[at + 3];
      // "the minimal number of bytes MUST be used to encode the length" (5.2).
      if (length < 126) return this.#fail("lengthNotMinimal");
    } else if (code === 127) {
      // "the most significant bit MUST be 0" (5.2).
      if (header[at + 2] > 0x7f) return this.#fail("lengthSign");
      length = readUint32(header, at + 2) * 0x1_0000_0000 + readUint32(header, at + 6);
      if (length < 65_536) return this.#fail("lengthNotMinimal");
    }
    const first = header[at];
    const opcode = first & 0x0f;
    if (opcode < CLOSE) {
      if (this.#messageLength + length > this.#maxMessageSize && !this.#mayFit(first, length)) {
        return this.#fail("messageTooBig");
      }
      if (opcode !== CONTINUATION) {
        this.#kind = opcode;
        this.#compressed = (first & RSV1) !== 0;
        this.#fragments = 0;
      }
      if (++this.#fragments > this.#maxFragments) return this.#fail("tooManyFragments");
    }
    this.#opcode = opcode;
    this.#fin = (first & FIN) !== 0;
    this.#length = this.#missing = length;
    this.#key = this.#masked ? readKey(header, at + size - 4) : 0;
    return undefined;
  }

  /**
   * Deflate lengthens what does not compress, a little; the limit is for what comes out of it. More
   * than an eighth is no compression, and is refused on the header like any other message.
   */
  #mayFit(first: number, length: number): boolean {
    const compressed = (first & 0x0f) === CONTINUATION ? this.#compressed : (first & RSV1) !== 0;
    const most = this.#maxMessageSize * 1.125 + DEFLATE_SLACK;
    return compressed && this.#messageLength + length <= most;
  }

  #readControl(): ReadEvent | undefined {
    const available = this.#end - this.#at;
    if (this.#missing === this.#length && available >= this.#length) {
      const start = this.#at;
      this.#at += this.#length;
      this.#unmask(start, this.#at);
      return this.#controlEvent(this.#input, start, this.#at);
    }
    return this.#assembleControl(available);
  }

  #assembleControl(available: number): ReadEvent | undefined {
    this.#control ??= new Uint8Array(MAX_CONTROL_PAYLOAD);
    const count = Math.min(available, this.#missing);
    if (this.#isOneTooMany(count)) return this.#fail("tooManyPieces");
    this.#unmask(this.#at, this.#at + count);
    this.#control.set(
      this.#input.subarray(this.#at, this.#at + count),
      this.#length - this.#missing,
    );
    this.#key = rotateKey(this.#key, count);
    this.#consume(count);
    return this.#missing > 0 ? undefined : this.#controlEvent(this.#control, 0, this.#length);
  }

  #controlEvent(bytes: Uint8Array, start: number, end: number): ReadEvent {
    const opcode = this.#opcode;
    this.#opcode = -1;
    if (opcode !== CLOSE) {
      return { type: opcode === PING ? "ping" : "pong", data: this.#copy(bytes, start, end) };
    }
    const close = readClose(bytes, start, end, this.#runtime, this.#texts === "unchecked");
    if (close === "closeCode") return this.#fail(close, (bytes[start] << 8) | bytes[start + 1]);
    if (typeof close === "string") return this.#fail(close);
    this.stop();
    return { type: "close", close };
  }

  #readData(): ReadEvent | undefined {
    const available = this.#end - this.#at;
    const wholeMessage = available >= this.#length && this.#fin && this.#opcode !== CONTINUATION;
    if (wholeMessage && this.#missing === this.#length) {
      return this.#compressed ? this.#readCompressedMessage() : this.#readWholeMessage();
    }
    return this.#assembleMessage(Math.min(available, this.#missing));
  }

  /** The usual case: one frame, all of it in the lent bytes. */
  #readWholeMessage(): ReadEvent {
    const start = this.#at;
    const end = start + this.#length;
    this.#at = end;
    const kind = this.#kind;
    this.#opcode = -1;
    this.#kind = 0;
    const key = this.#key;
    if (kind === BINARY) {
      return { type: "binary", data: this.#runtime.unmaskCopy(this.#input, start, end, key) };
    }
    if (this.#texts !== "string") {
      return this.#bytesEvent(this.#runtime.unmaskCopy(this.#input, start, end, key));
    }
    const data = this.#runtime.unmaskText(this.#input, start, end, key);
    return data === undefined ? this.#fail("textNotUtf8") : { type: "text", data };
  }

  /** The same, compressed: inflated from where it came. */
  #readCompressedMessage(): ReadEvent {
    const start = this.#at;
    const end = start + this.#length;
    this.#unmask(start, end);
    this.#at = end;
    const kind = this.#kind;
    this.#opcode = -1;
    this.#kind = 0;
    this.#compressed = false;
    return this.#inflate(kind, this.#input.subarray(start, end));
  }

  #assembleMessage(count: number): ReadEvent | undefined {
    if (this.#isOneTooMany(count)) return this.#fail("tooManyPieces");
    if (count > 0) {
      const end = this.#at + count;
      const ascii = this.#unmask(this.#at, end);
      if (this.#isTextToCheck && !this.#checkUtf8(end, ascii)) return this.#fail("textNotUtf8");
      this.#append(count);
      this.#key = rotateKey(this.#key, count);
      this.#consume(count);
    }
    if (this.#missing > 0) return undefined;
    this.#opcode = -1;
    if (this.#length > 0) this.#cuts?.push(this.#messageLength);
    return this.#fin ? this.#finishMessage() : undefined;
  }

  get #isTextToCheck(): boolean {
    return this.#kind === TEXT && !this.#compressed && this.#texts !== "unchecked";
  }

  #checkUtf8(end: number, ascii: boolean): boolean {
    this.#utf8 ??= new Utf8Checker(this.#runtime);
    return ascii ? this.#utf8.pushAscii() : this.#utf8.push(this.#input, this.#at, end);
  }

  #append(count: number): void {
    const needed = this.#messageLength + count;
    if (needed > this.#message.length) this.#grow(needed);
    this.#message.set(this.#input.subarray(this.#at, this.#at + count), this.#messageLength);
    this.#messageLength = needed;
  }

  #grow(needed: number): void {
    // In the message's last frame the size is known; before that, double, so that small fragments
    // do not copy the whole each time.
    const announced = this.#messageLength + this.#missing;
    const target = this.#fin ? announced : Math.max(announced, 2 * this.#messageLength);
    const affordable = Math.max(FIRST_BLOCK, HEADROOM * needed);
    const size = Math.max(needed, Math.min(target, affordable));
    const larger = this.#isHandedOut ? this.#runtime.allocate(size) : this.#runtime.borrow(size);
    larger.set(this.#message.subarray(0, this.#messageLength));
    if (!this.#isHandedOut) this.#runtime.giveBack(this.#message);
    this.#message = larger;
  }

  /** Whether the message goes to its receiver in the very bytes in which it is put together. */
  get #isHandedOut(): boolean {
    return !this.#compressed && (this.#kind === BINARY || this.#texts !== "string");
  }

  #finishMessage(): ReadEvent {
    const kind = this.#kind;
    const compressed = this.#compressed;
    const length = this.#messageLength;
    const whole = this.#message;
    const borrowed = !this.#isHandedOut;
    const ascii = this.#utf8?.ascii;
    const cutInSequence = this.#utf8 !== undefined && !this.#utf8.complete;
    this.#kind = this.#messageLength = 0;
    this.#compressed = false;
    this.#message = EMPTY;
    this.#utf8 = undefined;
    const cuts = this.#cuts;
    if (cuts !== undefined) this.#cuts = [];
    if (cutInSequence) return this.#fail("textNotUtf8");
    const event = compressed
      ? this.#inflate(kind, whole.subarray(0, length))
      : this.#messageEvent(kind, whole, length, ascii);
    if (borrowed) this.#runtime.giveBack(whole);
    // What was compressed has no cuts: it is inflated as a whole.
    if (compressed || cuts === undefined || event.type !== "binary") return event;
    return { ...event, cuts };
  }

  #inflate(kind: number, payload: Uint8Array): ReadEvent {
    const codec = this.#codec as MessageCodec; // RSV1 is refused without one
    let inflated: ReturnType<MessageCodec["inflate"]>;
    try {
      inflated = codec.inflate(payload, this.#maxMessageSize);
    } catch (cause) {
      this.stop();
      return { type: "fail", failure: failures.internalError, cause };
    }
    if (inflated === "tooBig") return this.#fail("messageTooBig");
    if (inflated === "corrupt") return this.#fail("compressedDataCorrupt");
    return this.#messageEvent(kind, inflated, inflated.length);
  }

  #messageEvent(
    kind: number,
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    ascii = false,
  ): ReadEvent {
    if (kind === BINARY) {
      return { type: "binary", data: this.#exactly(bytes, length) };
    }
    if (this.#texts !== "string") return this.#bytesEvent(this.#exactly(bytes, length));
    const data = this.#runtime.decodeUtf8(bytes, 0, length, ascii);
    return data === undefined ? this.#fail("textNotUtf8") : { type: "text", data };
  }

  /** A text message as its bytes. A fragmented one was checked as it came, and costs a second look. */
  #bytesEvent(data: Uint8Array<ArrayBuffer>): ReadEvent {
    const isText = this.#texts === "unchecked" || this.#runtime.isUtf8(data, 0, data.length);
    return isText ? { type: "utf8", data } : this.#fail("textNotUtf8");
  }

  /**
   * An empty message may be in the array that all readers share, and what was inflated in a block of
   * the codec: neither is handed out, since who gets it may transfer it away.
   */
  #exactly(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
    return length > 0 && bytes.buffer.byteLength === length ? bytes : this.#copy(bytes, 0, length);
  }

  /** Returns true where all of it turned out to be ASCII. */
  #unmask(start: number, end: number): boolean {
    return this.#key !== 0 && this.#runtime.mask(this.#input, start, end, this.#key);
  }

  #isOneTooMany(count: number): boolean {
    return count > 0 && this.#pieces >= this.#maxPieces;
  }

  #consume(count: number): void {
    this.#at += count;
    this.#missing -= count;
    if (this.#missing === 0) this.#pieces = 0;
    else if (count > 0) this.#pieces++;
  }

  #copy(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
    const copy = this.#runtime.allocate(end - start);
    copy.set(bytes.subarray(start, end));
    return copy;
  }
}

function fullHeaderSize(second: number): number {
  const code = second & 0x7f;
  const size = code < 126 ? 2 : code === 126 ? 4 : 10;
  return (second & MASK) === 0 ? size : size + 4;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return bytes[at] * 0x100_0000 + ((bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]);
}

function joined(bytes: Uint8Array, start: number, end: number, more: Uint8Array): Uint8Array {
  const all = new Uint8Array(end - start + more.length);
  all.set(bytes.subarray(start, end));
  all.set(more, end - start);
  return all;
}
