/**
 * One timer for the deadlines of all connections on a clock. A connection tells its next deadline
 * as a value; ten thousand of them cost one timer and a walk now and then, not ten thousand timers.
 */
import type { Clock, Timer } from "./clock.ts";
import { type Member, Members } from "./members.ts";

export interface Expiring extends Member {
  /** When `expire` wants to be called: milliseconds on the clock, Infinity for never. */
  readonly deadline: number;
  expire(now: number): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #items = new Members<Expiring>();
  #timer: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(item: Expiring): void {
    this.#items.add(item);
    this.advance(item);
  }

  remove(item: Expiring): void {
    this.#items.delete(item);
    if (this.#items.size === 0) this.#stop();
  }

  /** The item's deadline may have moved to an earlier time. */
  advance(item: Expiring): void {
    if (item.deadline < this.#wakeAt) this.#wake(item.deadline);
  }

  #wake(deadline: number): void {
    this.#stop();
    if (deadline === Number.POSITIVE_INFINITY) return;
    const grid = this.#clock.resolution;
    this.#wakeAt = grid > 0 ? Math.ceil(deadline / grid) * grid : deadline;
    const wait = Math.max(0, this.#wakeAt - this.#clock.now());
    this.#timer = this.#clock.setTimer(() => this.#expire(), wait);
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  #expire(): void {
    const now = this.#clock.now();
    this.#stop();
    let next = Number.POSITIVE_INFINITY;
    for (const item of this.#items) {
      if (item.deadline <= now) item.expire(now);
      if (this.#items.has(item) && item.deadline < next) next = item.deadline;
    }
    if (next < this.#wakeAt) this.#wake(next);
  }
}

const byClock = new WeakMap<Clock, Deadlines>();

/** The deadlines that share a clock. */
export function deadlinesOf(clock: Clock): Deadlines {
  let deadlines = byClock.get(clock);
  if (deadlines === undefined) {
    deadlines = new Deadlines(clock);
    byClock.set(clock, deadlines);
  }
  return deadlines;
}
