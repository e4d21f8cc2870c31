/**
 * A transport that only notes what is asked of it. It takes everything, or holds what it is given,
 * by reference as a socket does, until `drain` says that it has left.
 */
import type { Receiver, Transport } from "../connection/transport.ts";
import { join } from "./frames.test.util.ts";

export class FakeTransport implements Transport {
  readonly copies: boolean = false;
  /** Whether it holds what comes from here on. */
  holding = false;
  /** Calls of `write` and `writeAll`. */
  writes = 0;
  /** The other calls, in their order. */
  readonly calls: string[] = [];
  /** Everything given, by reference, in order. */
  readonly given: Uint8Array[] = [];
  receiver: Receiver | undefined;
  readonly #sent: Uint8Array[] = [];
  readonly #held: Uint8Array[] = [];

  start(receiver: Receiver): void {
    this.receiver = receiver;
  }

  write(bytes: Uint8Array): boolean {
    return this.writeAll([bytes]);
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    this.writes++;
    this.given.push(...pieces);
    if (this.holding || this.#held.length > 0) {
      this.#held.push(...pieces);
      return false;
    }
    this.#sent.push(...pieces.map((piece) => Uint8Array.from(piece)));
    return true;
  }

  get buffered(): number {
    return this.#held.reduce((sum, piece) => sum + piece.length, 0);
  }

  /** What was held has left, as it is now: who changed it in the meantime has changed the stream. */
  drain(): void {
    this.#sent.push(...this.#held.splice(0).map((piece) => Uint8Array.from(piece)));
  }

  /** All bytes that have left. */
  get wire(): Uint8Array {
    return join(...this.#sent);
  }

  pause(): void {
    this.calls.push("pause");
  }

  resume(): void {
    this.calls.push("resume");
  }

  end(): void {
    this.calls.push(this.buffered === 0 ? "end" : "end too early");
  }

  destroy(): void {
    this.calls.push("destroy");
  }

  ref(): void {}
  unref(): void {}
}

/** Settles when the current turn of the loop and all that it queued are over. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
