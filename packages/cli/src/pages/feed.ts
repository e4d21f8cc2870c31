/**
 * A feed of numbered values, so many a second, each with the server's time: the same for everyone who
 * listens, however it listens. It knows no transport.
 */
import type { Clock } from "../clock.ts";

export interface FeedValue {
  readonly seq: number;
  /** What every transport carries: the value as JSON, `{"seq":1,"time":…,"value":…}`. */
  readonly text: string;
}

/** Values a second. */
export const RATES = { least: 0.1, most: 200, first: 10 } as const;

/** Ten seconds at 100 a second: a poll every second misses nothing. */
const KEPT = 1000;

/** Milliseconds of values that are made up for. */
const MOST_LATE = 1000;

export class Feed {
  readonly #clock: Clock;
  readonly #listeners = new Set<(value: FeedValue) => void>();
  #values: FeedValue[] = [];
  #rate: number = RATES.first;
  #seq = 0;
  #due: number;
  #timer: { cancel(): void };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#due = clock.now() + this.#period;
    this.#timer = this.#await();
  }

  /** The newest value's. */
  get seq(): number {
    return this.#seq;
  }

  get rate(): number {
    return this.#rate;
  }

  /** From now on so many values a second; false, and nothing changes, outside of `RATES`. */
  setRate(rate: number): boolean {
    if (!(rate >= RATES.least && rate <= RATES.most)) return false;
    this.#timer.cancel();
    this.#rate = rate;
    this.#due = this.#clock.now() + this.#period;
    this.#timer = this.#await();
    return true;
  }

  /** The values behind `seq`, as far as they are kept. */
  after(seq: number): readonly FeedValue[] {
    const first = this.#values[0]?.seq ?? 0;
    return this.#values.slice(Math.max(0, seq + 1 - first));
  }

  /** Returns what ends it. */
  subscribe(listener: (value: FeedValue) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    this.#timer.cancel();
    this.#listeners.clear();
  }

  get #period(): number {
    return 1000 / this.#rate;
  }

  #await(): { cancel(): void } {
    const wait = Math.max(0, this.#due - this.#clock.now());
    return this.#clock.setTimer(() => this.#produce(), wait);
  }

  #produce(): void {
    const now = this.#clock.now();
    // Timers that come late do not slow the feed; a machine that slept does not flood it.
    this.#due = Math.max(this.#due + this.#period, now - MOST_LATE);
    this.#timer = this.#await();
    const seq = ++this.#seq;
    const time = Math.round(now * 100) / 100;
    const text = JSON.stringify({ seq, time, value: Math.round(Math.sin(seq / 10) * 1000) / 1000 });
    const value = { seq, text };
    this.#values.push(value);
    if (this.#values.length > KEPT) this.#values = this.#values.slice(-KEPT / 2);
    for (const listener of this.#listeners) listener(value);
  }
}
