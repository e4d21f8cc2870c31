/**
 * A run of the polling page: one feed, and an account for each transport that brings it. A run lives
 * as long as the page's control socket; its number is in every address of the run, so that two pages
 * do not count each other's bytes.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import { Feed } from "./feed.ts";
import { Account } from "./socket-meter.ts";

export const TRANSPORTS = ["poll", "longPoll", "events", "socket"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** More pages than anyone looks at, and few enough timers. */
const MOST_RUNS = 32;

export class FeedRun {
  /** Nobody guesses it. */
  readonly id: string = randomBytes(9).toString("base64url");
  readonly feed: Feed;
  readonly accounts: Readonly<Record<Transport, Account>> = {
    poll: new Account(),
    longPoll: new Account(),
    events: new Account(),
    socket: new Account(),
  };
  readonly #endings = new Set<() => void>();

  constructor(clock: Clock) {
    this.feed = new Feed(clock);
  }

  /** Called when the run is over; returns what takes it back. */
  atEnd(ending: () => void): () => void {
    this.#endings.add(ending);
    return () => {
      this.#endings.delete(ending);
    };
  }

  end(): void {
    this.feed.stop();
    for (const ending of this.#endings) ending();
  }
}

export class FeedRuns {
  readonly #clock: Clock;
  readonly #runs = new Map<string, FeedRun>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined when there are too many. */
  open(): FeedRun | undefined {
    if (this.#runs.size >= MOST_RUNS) return undefined;
    const run = new FeedRun(this.#clock);
    this.#runs.set(run.id, run);
    run.atEnd(() => this.#runs.delete(run.id));
    return run;
  }

  find(id: string | null): FeedRun | undefined {
    return this.#runs.get(id ?? "");
  }
}
