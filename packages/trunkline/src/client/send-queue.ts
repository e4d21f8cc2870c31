/**
 * Keeps messages in the order of their send() calls when a Blob is among them.
 *
 * Reading a Blob takes time: until it is done, all that follows it waits here, the Close frame too.
 * A socket that sends no Blob never has one of these.
 */
import { isBlob, type Payload } from "./payload.ts";

/** The part of a Connection that this needs. */
export interface Sink {
  send(data: string | Uint8Array): unknown;
  close(code?: number, reason?: string): void;
}

type Step =
  | { readonly data: Payload; readonly bytes: number }
  | { readonly code: number | undefined; readonly reason: string | undefined };

export class SendQueue {
  readonly #sink: Sink;
  readonly #onUnreadable: (error: unknown) => void;
  readonly #steps: Step[] = [];
  #running = false;
  #ended = false;
  #waitingBytes = 0;

  constructor(sink: Sink, onUnreadable: (error: unknown) => void) {
    this.#sink = sink;
    this.#onUnreadable = onUnreadable;
  }

  /** Whether something waits: then everything else must wait behind it. */
  get busy(): boolean {
    return this.#running;
  }

  /** Payload bytes that have not reached the connection. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Takes a payload that nobody will change any more. */
  send(data: Payload, bytes: number): void {
    this.#waitingBytes += bytes;
    this.#push({ data, bytes });
  }

  close(code?: number, reason?: string): void {
    this.#push({ code, reason });
  }

  /** The connection is gone: forgets what waits. */
  end(): void {
    this.#ended = true;
    this.#steps.length = 0;
  }

  #push(step: Step): void {
    this.#steps.push(step);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
        if ("data" in step) await this.#deliver(step.data, step.bytes);
        else this.#sink.close(step.code, step.reason);
      }
    } catch (error) {
      this.end();
      this.#onUnreadable(error);
    } finally {
      this.#running = false;
    }
  }

  async #deliver(data: Payload, bytes: number): Promise<void> {
    const whole = isBlob(data) ? new Uint8Array(await data.arrayBuffer()) : data;
    if (this.#ended) return;
    this.#waitingBytes -= bytes;
    this.#sink.send(whole);
  }
}
