/**
 * One open WebSocket without its I/O: RFC 6455 from the end of the opening handshake on.
 *
 * Bytes go in by `feed`, events come out of `next`; intents (`text`, `binary`, `ping`, `close`, …)
 * write frames to the sink. Nothing is called back, nothing waits, nothing reads a clock. A peer's
 * fault is a `fail` event, after which everything is discarded; a caller's fault is thrown.
 *
 * The core answers nothing by itself: whoever drives it calls `pong` for a ping and `close` for a
 * close, so that both can be decided outside.
 */
import {
  type Close,
  encodeClose,
  isSendableCode,
  MAX_REASON_BYTES,
  NO_STATUS_RECEIVED,
} from "./close.ts";
import type { MessageCodec, SharedCodec } from "./codec.ts";
import type { Failure } from "./failures.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  MAX_CONTROL_PAYLOAD,
  PING,
  PONG,
  TEXT,
} from "./frame.ts";
import { type ReadEvent, Reader, type ReaderOptions } from "./reader.ts";
import type { Runtime } from "./runtime.ts";
import type { Sink } from "./sink.ts";
import { encodeUtf8, Writer } from "./writer.ts";

/**
 * The closing handshake (section 7). A verb that is missing in a state's row is not possible there.
 * `closedByUs`: our Close is out, theirs is awaited. `closedByPeer`: theirs came, ours is owed.
 */
export const transitions = {
  open: { closeSent: "closedByUs", closeReceived: "closedByPeer", failed: "failed" },
  closedByUs: { closeReceived: "closed", failed: "failed" },
  closedByPeer: { closeSent: "closed" },
  closed: {},
  failed: {},
} as const;

export type State = keyof typeof transitions;
export type Verb = "closeSent" | "closeReceived" | "failed";

export interface CoreOptions {
  readonly role: "client" | "server";
  /** Bytes, after decompression; a longer message fails the connection with 1009. */
  readonly maxMessageSize: number;
  /** Frames of one message; a message of more fails the connection with 1008. Default: any number. */
  readonly maxFragments?: number | undefined;
  /** Pieces that a frame may come in; see `ReaderOptions`. Default: any number. */
  readonly maxPieces?: number | undefined;
  /** How text messages come; see `ReaderOptions`. Default: "string". */
  readonly texts?: ReaderOptions["texts"];
  readonly runtime: Runtime;
  readonly sink: Sink;
  /** The negotiated permessage-deflate, if any. */
  readonly codec?: MessageCodec | undefined;
}

export class Core {
  readonly #runtime: Runtime;
  readonly #reader: Reader;
  readonly #writer: Writer;
  #state: State = "open";
  /** Between the first and the last fragment of a message that we send, and what the first decided. */
  #fragmenting: false | "plain" | "compressed" = false;

  constructor(options: CoreOptions) {
    const { role, runtime, sink, codec } = options;
    this.#runtime = runtime;
    this.#reader = new Reader(options);
    this.#writer = new Writer(role, runtime, sink, codec);
  }

  get state(): State {
    return this.#state;
  }

  /** Lends the core a piece of the stream, `bytes[0, length)`, which it may overwrite; see `keep`. */
  feed(bytes: Uint8Array, length: number = bytes.length): void {
    this.#reader.feed(bytes, length);
  }

  /** The next event, or undefined when more bytes are needed. */
  next(): ReadEvent | undefined {
    const event = this.#reader.next();
    if (event === undefined) return undefined;
    if (event.type === "close") this.#move("closeReceived");
    else if (event.type === "fail") this.#failed(event.failure);
    return event;
  }

  /** Bytes of a message, from here on. */
  set maxMessageSize(bytes: number) {
    this.#reader.maxMessageSize = bytes;
  }

  /** Whether binary events tell where the message's fragments ended. */
  set cutting(on: boolean) {
    this.#reader.cutting = on;
  }

  /** Copies the lent bytes that `next` has not consumed yet, so that the lender may overwrite them. */
  keep(): void {
    this.#reader.keep();
  }

  /** Whether lent bytes are left; they may be less than an event. */
  get hasInput(): boolean {
    return this.#reader.hasInput;
  }

  /** Whether the read ended within a long data frame. */
  get inLongFrame(): boolean {
    return this.#reader.inLongFrame;
  }

  /** Discards everything from here on: no event comes any more. */
  stop(): void {
    this.#reader.stop();
  }

  /** What compresses a message once for many connections; undefined without a codec. */
  get shared(): SharedCodec | undefined {
    return this.#writer.shared;
  }

  /** A message compressed for many goes out past `encoded`: see `MessageCodec.forgetSent`. */
  forgetSent(): void {
    this.#writer.forgetSent();
  }

  /** The connection is gone: stops, and lets go of the codec, whoever still holds the connection. */
  release(): void {
    this.#reader.stop();
    this.#reader.release();
    this.#writer.release();
  }

  /**
   * Sends a whole text message. `compress`: true tries it whatever its length, false never does,
   * undefined does from the codec's threshold on; nothing is compressed without a codec.
   * @throws {Error} when no message may be sent now
   */
  text(data: string, compress?: boolean): void {
    this.#assertMessageAllowed();
    this.#writer.text(data, compress);
  }

  /** Sends a whole binary message; `compress` as with `text`. @throws {Error} when no message may be sent now. */
  binary(data: Uint8Array, compress?: boolean): void {
    this.#assertMessageAllowed();
    this.#writer.bytes(BINARY, data, compress);
  }

  /** Sends a whole text message that is UTF-8 already; nobody checks it. @throws {Error} when no message may be sent now. */
  utf8(data: Uint8Array, compress?: boolean): void {
    this.#assertMessageAllowed();
    this.#writer.bytes(TEXT, data, compress);
  }

  /** Sends a frame that `encodeMessage` or `encodeDeflated` made. @throws {Error} when no message may be sent now. */
  encoded(frame: Uint8Array): void {
    this.#assertMessageAllowed();
    this.#writer.encoded(frame);
  }

  /**
   * Sends one fragment of a message (section 5.4). The first one's type names the message's kind, and
   * its `compress` decides for all: each is compressed as it comes, and all are one message of
   * RFC 7692, section 7.2.1. No threshold applies, since the message's length is not known.
   * @throws {Error} when the connection is not open
   */
  fragment(data: string | Uint8Array, fin: boolean, compress = false): void {
    this.#assertOpen();
    const text = typeof data === "string";
    const bytes = text ? encodeUtf8(data, this.#runtime) : data;
    const opcode = this.#fragmenting ? CONTINUATION : text ? TEXT : BINARY;
    const form = this.#fragmenting || (compress ? "compressed" : "plain");
    this.#fragmenting = fin ? false : form;
    if (form === "compressed") this.#writer.deflatedFragment(opcode, bytes, fin);
    else this.#writer.fragment(opcode, bytes, fin);
  }

  /** Sends a ping (section 5.5.2). @throws {RangeError} over 125 bytes */
  ping(data: Uint8Array): void {
    this.#assertControlAllowed(data);
    this.#writer.frame(FIN | PING, data);
  }

  /** Sends a pong (section 5.5.3). @throws {RangeError} over 125 bytes */
  pong(data: Uint8Array): void {
    this.#assertControlAllowed(data);
    this.#writer.frame(FIN | PONG, data);
  }

  /**
   * Sends our Close: the first of the closing handshake or the answer (sections 7.1.2, 5.5.1).
   * 1005, the default, sends one without a body. @throws {Error} when ours went out already
   */
  close(code: number = NO_STATUS_RECEIVED, reason = ""): void {
    const payload = this.#closePayload(code, reason);
    this.#move("closeSent");
    this.#writer.frame(FIN | CLOSE, payload);
  }

  #closePayload(code: number, reason: string): Uint8Array {
    if (code !== NO_STATUS_RECEIVED && !isSendableCode(code)) {
      throw new RangeError(`${code} is not a close code that may be sent (RFC 6455, section 7.4)`);
    }
    const payload = encodeClose(code, reason, this.#runtime);
    if (payload.length - 2 > MAX_REASON_BYTES) {
      throw new RangeError(`a close reason has at most ${MAX_REASON_BYTES} bytes of UTF-8`);
    }
    return payload;
  }

  /** "Fail the WebSocket Connection": tells the peer why, if it can still be told (section 7.1.7). */
  #failed(failure: Failure): void {
    const open = this.#state === "open";
    this.#move("failed");
    if (open)
      this.#writer.frame(FIN | CLOSE, encodeClose(failure.code, failure.reason, this.#runtime));
  }

  #move(verb: Verb): void {
    const row: Partial<Record<Verb, State>> = transitions[this.#state];
    const next = row[verb];
    if (next === undefined) throw new Error(`${verb} is not possible in state ${this.#state}`);
    this.#state = next;
  }

  #assertOpen(): void {
    if (this.#state !== "open") throw new Error(`the connection is not open: ${this.#state}`);
  }

  #assertMessageAllowed(): void {
    this.#assertOpen();
    if (this.#fragmenting) throw new Error("a fragmented message is not finished yet");
  }

  #assertControlAllowed(data: Uint8Array): void {
    this.#assertOpen();
    if (data.length > MAX_CONTROL_PAYLOAD) {
      throw new RangeError(`a ping or pong carries at most ${MAX_CONTROL_PAYLOAD} bytes`);
    }
  }
}

export type { Close, ReadEvent };
