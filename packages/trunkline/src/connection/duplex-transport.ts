/**
 * A transport over any Node Duplex: TCP, TLS, an HTTP/2 stream, a pipe. It uses documented stream
 * behaviour only, and is the reference that faster transports are tested against.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Receiver, Transport } from "./transport.ts";

/** What a socket has and another Duplex may lack. */
interface SocketExtras {
  setNoDelay?(on: boolean): unknown;
  setTimeout?(ms: number): unknown;
  ref?(): unknown;
  unref?(): unknown;
}

export const TRANSPORT: unique symbol = Symbol("transport");
const NOTHING = new Uint8Array(0);

/** A stream whose transport its listeners find again: one function serves all, instead of a closure each. */
interface Carried {
  [TRANSPORT]?: DuplexTransport | undefined;
}

export class DuplexTransport implements Transport {
  protected readonly stream: Duplex & SocketExtras;
  /**
   * What is written is copied first, and what is read as well. Not for a TCP socket: its bytes are
   * out of this process when their write is done. A TLS socket holds every write for a while, and so may
   * a `write` that somebody put in the place of Node's; another Duplex may hand the very same memory on
   * to a reader in this process, who is late, or who wrote it.
   */
  readonly copies: boolean;
  protected receiver: Receiver | undefined;
  #waiting = false;
  #whenWritten: ((error?: Error | null) => void) | undefined;
  // biome-ignore lint/style/useReadonlyClassProperties: a static method sets it
  #error: Error | undefined;
  #over = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    this.copies =
      !(stream instanceof Socket) ||
      stream instanceof TLSSocket ||
      stream.write !== Socket.prototype.write;
  }

  /** A second call brings in another receiver, who hears everything from there on. */
  start(receiver: Receiver): void {
    const isFirst = this.receiver === undefined;
    this.receiver = receiver;
    if (!isFirst) return;
    const stream = this.stream;
    // Frames are gathered a turn long already; Nagle's algorithm would hold them back once more.
    stream.setNoDelay?.(true);
    // A timeout that the HTTP server set is about requests, not about an open line.
    stream.setTimeout?.(0);
    (stream as Carried)[TRANSPORT] = this;
    stream.on("error", onError);
    stream.on("end", onEnd);
    stream.on("close", onClose);
    this.read(stream);
    // Its "close" may be past, or still to come.
    if (stream.closed) process.nextTick(() => this.#close());
    else if (stream.readableEnded) process.nextTick(() => this.receiver?.onEnd());
  }

  /** Gives the stream back, paused, for somebody else to read; `bytes`, which came already, first. */
  release(bytes: Uint8Array): void {
    const stream = this.stream;
    this.receiver = undefined;
    (stream as Carried)[TRANSPORT] = undefined;
    stream.off("error", onError);
    stream.off("end", onEnd);
    stream.off("close", onClose);
    this.stopReading(stream);
    stream.pause();
    if (bytes.length > 0) stream.unshift(Buffer.from(bytes));
  }

  /** Begins to deliver what comes. */
  protected read(stream: Duplex): void {
    stream.on("data", onData);
  }

  /** What comes is the stream's to deliver again. */
  protected stopReading(stream: Duplex): void {
    stream.off("data", onData);
  }

  /** Sends the end of the opening handshake, in ISO 8859-1; before or after `start`. Nobody waits for it to leave. */
  writeHead(text: string): void {
    this.stream.write(text, "latin1");
  }

  write(bytes: Uint8Array): boolean {
    if (this.copies) this.stream.write(new Uint8Array(bytes), this.#onWritten);
    else this.stream.write(bytes);
    return this.#left();
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    const stream = this.stream;
    stream.cork();
    for (const piece of pieces) {
      if (this.copies) stream.write(new Uint8Array(piece), this.#onWritten);
      else stream.write(piece);
    }
    stream.uncork();
    return this.#left();
  }

  #own(bytes: Uint8Array): Uint8Array {
    return this.copies ? new Uint8Array(bytes) : bytes;
  }

  /** A stream that holds nothing has handed it all to the system. */
  #left(): boolean {
    const stream = this.stream;
    // One that could not take it holds nothing either.
    if (stream.destroyed || stream.errored) return false;
    if (stream.writableLength === 0) return true;
    if (this.#waiting) return false;
    this.#waiting = true;
    // "drain" comes only above the stream's own mark. On a TCP socket, where almost every write is
    // done at once, a callback for each is dear; one for an empty write comes when all before it is done.
    if (!this.copies) stream.write(NOTHING, this.#onWritten);
    return false;
  }

  get #onWritten(): (error?: Error | null) => void {
    this.#whenWritten ??= (error) => this.#written(error);
    return this.#whenWritten;
  }

  #written(error: Error | null | undefined): void {
    const stream = this.stream;
    if (error || stream.destroyed || !this.#waiting) return;
    if (stream.writableLength > 0) {
      if (!this.copies) stream.write(NOTHING, this.#onWritten);
      return;
    }
    this.#waiting = false;
    this.drained();
  }

  /** Whether bytes that went to the stream have not left. */
  protected get waits(): boolean {
    return this.#waiting;
  }

  /** Everything that went to the stream has left. */
  protected drained(): void {
    this.receiver?.onDrain();
  }

  get buffered(): number {
    // If nothing of ours waits, what does is somebody else's.
    return this.#waiting ? this.stream.writableLength : 0;
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  end(): void {
    this.stream.end();
  }

  destroy(): void {
    this.stream.destroy();
  }

  ref(): void {
    this.stream.ref?.();
  }

  unref(): void {
    this.stream.unref?.();
  }

  static take(transport: DuplexTransport, chunk: Uint8Array): void {
    transport.receiver?.onData(transport.#own(chunk));
  }

  static fail(transport: DuplexTransport, error: Error): void {
    transport.#error ??= error;
  }

  static end(transport: DuplexTransport): void {
    transport.receiver?.onEnd();
  }

  static close(transport: DuplexTransport): void {
    transport.#close();
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.receiver?.onClose(this.#error ?? this.stream.errored ?? undefined);
  }
}

function onData(this: Carried, chunk: Uint8Array): void {
  if (this[TRANSPORT] !== undefined) DuplexTransport.take(this[TRANSPORT], chunk);
}

function onError(this: Carried, error: Error): void {
  if (this[TRANSPORT] !== undefined) DuplexTransport.fail(this[TRANSPORT], error);
}

function onEnd(this: Carried): void {
  if (this[TRANSPORT] !== undefined) DuplexTransport.end(this[TRANSPORT]);
}

function onClose(this: Carried): void {
  if (this[TRANSPORT] !== undefined) DuplexTransport.close(this[TRANSPORT]);
}
