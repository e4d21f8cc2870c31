/**
 * One end of a wire in memory as a Node stream, as node:http wants its connections. It adds nothing
 * to the wire: pieces, capacity and faults are memory-pair.ts's. It reads from the wire only what
 * somebody reads from it, so that all bytes before a fault are seen before the fault.
 */
import { Duplex } from "node:stream";
import type { MemoryTransport } from "./memory-pair.ts";

export interface WireStreamOptions {
  /** Whether this end may go on writing after the other's FIN: Node's servers may, its clients do not. */
  readonly allowHalfOpen: boolean;
}

export class WireStream extends Duplex {
  /** Of whoever is at the other end: this machine. */
  readonly remoteAddress = "127.0.0.1";
  readonly #end: MemoryTransport;
  #whenWritten: (() => void) | undefined;

  constructor(end: MemoryTransport, { allowHalfOpen }: WireStreamOptions) {
    super({ allowHalfOpen, readableHighWaterMark: 0 });
    this.#end = end;
    end.pause();
    end.start({
      onData: (bytes) => {
        if (!this.push(bytes)) end.pause();
      },
      onEnd: () => this.push(null),
      onDrain: () => this.#written(),
      // After a FIN from either side the stream ends by itself, once it was read to its end.
      onClose: (error) => {
        if (error !== undefined) this.destroy(error);
      },
    });
  }

  override _read(): void {
    this.#end.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#end.write(chunk)) done();
    else this.#whenWritten = done;
  }

  override _final(done: () => void): void {
    this.#end.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // As TCP: closing over unread bytes resets the connection, and else it ends it.
    if (this.#end.unread === 0) this.#end.end();
    this.#end.destroy();
    done(error);
  }

  /** There is no handle that could keep the process alive. */
  ref(): void {}
  unref(): void {}

  #written(): void {
    const done = this.#whenWritten;
    this.#whenWritten = undefined;
    done?.();
  }
}
