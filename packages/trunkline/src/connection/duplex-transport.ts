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

export class DuplexTransport implements Transport {
  readonly #stream: Duplex & SocketExtras;
  /**
   * What is written is copied first, and what is read as well. Not for a TCP socket: its bytes are
   * out of this process when their write is done. A TLS socket holds every write for a while; another
   * Duplex may hand the very same memory on to a reader in this process, who is late, or who wrote it.
   */
  readonly copies: boolean;
  #receiver: Receiver | undefined;
  #waiting = false;
  #error: Error | undefined;
  #over = false;
  readonly #onWritten = (error?: Error | null): void => {
    if (error || !this.#waiting || this.#stream.writableLength > 0) return;
    if (this.#stream.destroyed) return;
    this.#waiting = false;
    this.#receiver?.onDrain();
  };

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.copies = !(stream instanceof Socket) || stream instanceof TLSSocket;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    const stream = this.#stream;
    // Frames are gathered a turn long already; Nagle's algorithm would hold them back once more.
    stream.setNoDelay?.(true);
    // A timeout that the HTTP server set is about requests, not about an open line.
    stream.setTimeout?.(0);
    stream.on("error", (error) => {
      this.#error ??= error;
    });
    stream.on("end", () => receiver.onEnd());
    stream.once("close", () => this.#close(receiver));
    this.read(receiver);
    // Its "close" may be past, or still to come.
    if (stream.closed) process.nextTick(() => this.#close(receiver));
    else if (stream.readableEnded) process.nextTick(() => receiver.onEnd());
  }

  /** Begins to deliver what comes. */
  protected read(receiver: Receiver): void {
    this.#stream.on("data", (chunk: Uint8Array) => receiver.onData(this.#own(chunk)));
  }

  write(bytes: Uint8Array): boolean {
    this.#stream.write(this.#own(bytes), this.#onWritten);
    return this.#left();
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    const stream = this.#stream;
    stream.cork();
    for (const piece of pieces) stream.write(this.#own(piece), this.#onWritten);
    stream.uncork();
    return this.#left();
  }

  #close(receiver: Receiver): void {
    if (this.#over) return;
    this.#over = true;
    receiver.onClose(this.#error ?? this.#stream.errored ?? undefined);
  }

  #own(bytes: Uint8Array): Uint8Array {
    return this.copies ? new Uint8Array(bytes) : bytes;
  }

  /** A stream that holds nothing has handed it all to the system. */
  #left(): boolean {
    if (this.#stream.writableLength === 0) return true;
    this.#waiting = true;
    return false;
  }

  get buffered(): number {
    return this.#stream.writableLength;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  ref(): void {
    this.#stream.ref?.();
  }

  unref(): void {
    this.#stream.unref?.();
  }
}
