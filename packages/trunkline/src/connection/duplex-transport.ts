/**
 * A transport over any Node Duplex: TCP, TLS, an HTTP/2 stream, a pipe. It uses documented stream
 * behaviour only, and is the reference that faster transports are tested against.
 */
import type { Duplex } from "node:stream";
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
  #receiver: Receiver | undefined;
  #waiting = false;
  #error: Error | undefined;
  readonly #onWritten = (): void => {
    if (!this.#waiting || this.#stream.writableLength > 0 || this.#stream.destroyed) return;
    this.#waiting = false;
    this.#receiver?.onDrain();
  };

  constructor(stream: Duplex) {
    this.#stream = stream;
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
    stream.on("close", () => receiver.onClose(this.#error));
    stream.on("data", (chunk: Uint8Array) => receiver.onData(chunk));
    if (stream.destroyed) process.nextTick(() => receiver.onClose(this.#error));
  }

  write(bytes: Uint8Array): boolean {
    this.#stream.write(bytes, this.#onWritten);
    return this.#left();
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    const stream = this.#stream;
    stream.cork();
    for (const piece of pieces) stream.write(piece, this.#onWritten);
    stream.uncork();
    return this.#left();
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
