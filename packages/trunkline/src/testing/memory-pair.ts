/**
 * Two transports, each the other's end: a wire in memory that can be slow, cut and broken on
 * purpose. Bytes arrive in a later microtask, as they were when they were written, and in pieces of
 * the size that the options name.
 */
import type { Receiver, Transport } from "../connection/transport.ts";
import { noteMove } from "./calm.ts";

/** Something that goes wrong on the way. */
export interface Fault {
  /** Happens when this many bytes have been delivered to this side. */
  readonly after: number;
  /** `reset` breaks both ends with ECONNRESET; `end` is a FIN towards this side; `stall` delivers nothing more. */
  readonly fault: "reset" | "end" | "stall";
}

export interface MemoryPairOptions {
  /** Bytes delivered at a time; everything there is, by default. */
  readonly chunkSize?: number;
  /** Bytes that the wire holds for each side before `write` returns false; 64 KiB by default. */
  readonly capacity?: number;
  /** What goes wrong on the way to the first end. */
  readonly faults?: readonly Fault[];
  /** What goes wrong on the way to the second end. */
  readonly peerFaults?: readonly Fault[];
}

/** One end of a wire in memory. */
export class MemoryTransport implements Transport {
  readonly copies = true;
  readonly #chunkSize: number;
  readonly #capacity: number;
  #faults: readonly Fault[];
  #peer: MemoryTransport | undefined;
  #receiver: Receiver | undefined;
  #incoming: Uint8Array[] = [];
  #incomingBytes = 0;
  #delivered = 0;
  #peerEnded = false;
  #endDelivered = false;
  #ended = false;
  #paused = false;
  #stalled = false;
  #closed = false;
  #error: Error | undefined;
  #scheduled = false;
  #blocked = false;
  /** Every piece written to this end, for tests that look at the wire. */
  readonly written: Uint8Array[] = [];

  constructor(options: MemoryPairOptions, faults: readonly Fault[]) {
    this.#chunkSize = readSize(options.chunkSize, "chunkSize", Number.POSITIVE_INFINITY);
    this.#capacity = readSize(options.capacity, "capacity", 65_536);
    this.#faults = readFaults(faults);
  }

  /** Ties two ends together. */
  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  /** More that goes wrong on the way to this end, counted from what was delivered until now. */
  plan(faults: readonly Fault[]): void {
    const later = faults.map(({ after, fault }) => ({ after: this.#delivered + after, fault }));
    this.#faults = readFaults([...this.#faults, ...later]);
    this.#schedule();
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    if (this.#closed) queueMicrotask(() => receiver.onClose(this.#error));
    else this.#schedule();
  }

  write(bytes: Uint8Array): boolean {
    return this.writeAll([bytes]);
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    for (const piece of pieces) this.#carry(new Uint8Array(piece));
    this.#blocked = this.buffered > 0;
    return !this.#blocked;
  }

  #carry(bytes: Uint8Array): void {
    this.written.push(bytes);
    const peer = this.#peer;
    if (peer === undefined || peer.#closed || this.#closed || this.#ended) return;
    peer.#incoming.push(bytes);
    peer.#incomingBytes += bytes.length;
    peer.#schedule();
  }

  get buffered(): number {
    if (this.#closed || this.#peer === undefined) return 0;
    return Math.max(0, this.#peer.#incomingBytes - this.#capacity);
  }

  /** Bytes on their way to this end. */
  get unread(): number {
    return this.#incomingBytes;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    if (this.#peer !== undefined) {
      this.#peer.#peerEnded = true;
      this.#peer.#schedule();
    }
    this.#closeIfDone();
  }

  destroy(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    this.#incoming = [];
    this.#incomingBytes = 0;
    const peer = this.#peer;
    if (peer !== undefined && !peer.#closed) {
      // Who drops a stream that the other has not finished resets it; after a FIN it just ends.
      if (this.#ended || error !== undefined) peer.#peerEnded = true;
      else peer.#breakLater();
      peer.#schedule();
    }
    const receiver = this.#receiver;
    if (receiver !== undefined) queueMicrotask(() => receiver.onClose(error));
  }

  /** The wire breaks: both ends close with ECONNRESET. */
  reset(): void {
    const error = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    this.#peer?.destroy(error);
    this.destroy(error);
  }

  ref(): void {}
  unref(): void {}

  #breakLater(): void {
    queueMicrotask(() => {
      this.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#receiver === undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#closed || this.#paused || this.#stalled || this.#endDelivered) return;
    const fault = this.#faults[0];
    if (fault !== undefined && this.#delivered >= fault.after) this.#strike(fault);
    else if (this.#incomingBytes > 0) this.#deliverPiece();
    else if (this.#peerEnded) this.#deliverEnd();
  }

  #deliverPiece(): void {
    const fault = this.#faults[0];
    const untilFault =
      fault === undefined ? Number.POSITIVE_INFINITY : fault.after - this.#delivered;
    const piece = this.#takeBytes(Math.min(this.#chunkSize, untilFault));
    this.#delivered += piece.length;
    noteMove();
    this.#schedule();
    this.#receiver?.onData(piece);
    if (this.#peer !== undefined) this.#peer.#roomCame();
  }

  #takeBytes(most: number): Uint8Array {
    const first = this.#incoming[0];
    const count = Math.min(most, first.length);
    if (count === first.length) this.#incoming.shift();
    else this.#incoming[0] = first.subarray(count);
    this.#incomingBytes -= count;
    return first.slice(0, count);
  }

  #strike(fault: Fault): void {
    this.#faults = this.#faults.slice(1);
    if (fault.fault === "reset") this.reset();
    else if (fault.fault === "stall") this.#stalled = true;
    else this.#deliverEnd();
  }

  #deliverEnd(): void {
    if (this.#endDelivered) return;
    this.#endDelivered = true;
    this.#peerEnded = true;
    this.#receiver?.onEnd();
    this.#closeIfDone();
  }

  /** As a socket: FIN both ways, and all bytes delivered, is the end. */
  #closeIfDone(): void {
    if (this.#ended && this.#endDelivered) this.destroy();
  }

  #roomCame(): void {
    if (!this.#blocked || this.buffered > 0 || this.#closed) return;
    this.#blocked = false;
    this.#receiver?.onDrain();
  }
}

const FAULTS: readonly string[] = ["reset", "end", "stall"];

/** In the order in which they happen. @throws {TypeError} that names what is wrong with one */
export function readFaults(faults: readonly Fault[]): readonly Fault[] {
  for (const { after, fault } of faults) {
    if (!(after >= 0)) throw new TypeError(`a fault's "after" is a number of bytes, not ${after}`);
    if (!FAULTS.includes(fault)) {
      throw new TypeError(`a fault is "reset", "end" or "stall", not ${JSON.stringify(fault)}`);
    }
  }
  return [...faults].sort((a, b) => a.after - b.after);
}

function readSize(size: number | undefined, name: string, fallback: number): number {
  if (size === undefined) return fallback;
  if (size >= 1) return size;
  throw new TypeError(`"${name}" must be a number of bytes, at least 1, not ${size}`);
}

/** The two ends of a wire in memory. */
export function memoryPair(options: MemoryPairOptions = {}): [MemoryTransport, MemoryTransport] {
  const first = new MemoryTransport(options, options.faults ?? []);
  const second = new MemoryTransport(options, options.peerFaults ?? []);
  first.join(second);
  second.join(first);
  return [first, second];
}
