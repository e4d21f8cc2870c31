/**
 * A clock that stands still until it is told otherwise. Give it as `clock` to a server and to
 * `connectTo`, and heartbeats and timeouts happen when the test says so.
 */
import type { Clock, Timer } from "../connection/clock.ts";
import { calm } from "./calm.ts";

interface Pending extends Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  readonly resolution = 0;
  #now = 0;
  #pending: Pending[] = [];

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, ms: number): Timer {
    const timer: Pending = {
      at: this.#now + ms,
      callback,
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== timer);
      },
    };
    this.#pending.push(timer);
    return timer;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Moves time on by `ms` milliseconds, and calls what falls due on the way, each at its time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#fire(next);
    }
    this.#now = until;
  }

  /**
   * As `advance`, and what each timer brings about on wires in memory happens before time goes on:
   * a ping is answered before the next one is due. `pass(0)` waits until those wires are at rest.
   */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await calm();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#fire(next);
      await calm();
    }
    this.#now = Math.max(this.#now, until);
  }

  #fire(timer: Pending): void {
    this.#now = Math.max(this.#now, timer.at);
    timer.cancel();
    timer.callback();
  }

  #next(until: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
