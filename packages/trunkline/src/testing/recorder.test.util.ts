/** A receiver that notes what its transport reports, and lets a test wait for it without a clock. */
import type { Receiver } from "../connection/transport.ts";
import { join } from "./frames.test.util.ts";

export class Recorder implements Receiver {
  /** "data", "end", "drain", "close" and "close: why", without repeated "data". */
  readonly events: string[] = [];
  drains = 0;
  /** What `onClose` was told. */
  error: Error | undefined;
  readonly #pieces: Uint8Array[] = [];
  #count = 0;
  readonly #waiting = new Set<() => void>();

  onData(bytes: Uint8Array, length: number = bytes.length): void {
    this.#pieces.push(new Uint8Array(bytes.subarray(0, length)));
    this.#count += length;
    // As its receiver may: what it was given is its own.
    bytes.fill(0xaa, 0, length);
    if (this.events.at(-1) !== "data") this.events.push("data");
    this.#look();
  }

  onEnd(): void {
    this.#note("end");
  }

  onDrain(): void {
    this.drains++;
    this.#note("drain");
  }

  onClose(error: Error | undefined): void {
    this.error = error;
    this.#note(error === undefined ? "close" : `close: ${error.message}`);
  }

  /** Everything that came. */
  get bytes(): Uint8Array {
    return join(...this.#pieces);
  }

  /** Bytes that came. */
  get count(): number {
    return this.#count;
  }

  get closed(): boolean {
    return this.events.some((event) => event.startsWith("close"));
  }

  /** Settles when the condition holds; it is looked at after each event. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #note(event: string): void {
    this.events.push(event);
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
