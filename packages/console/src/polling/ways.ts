// The four ways to bring the feed to the page, as a program would write each of them. Each gives what
// comes to `take`, and is ended by the function that it returns.
import { ownSocket } from "../own-socket.ts";

export interface FeedValue {
  readonly seq: number;
  /** Milliseconds since 1970 by the server's clock. */
  readonly time: number;
  readonly value: number;
}

export const wayNames = ["poll", "longPoll", "events", "socket"] as const;
export type WayName = (typeof wayNames)[number];

export type OpenWay = (run: string, after: number, take: (value: FeedValue) => void) => () => void;

const pollEvery = 1000;

export const openWays: Readonly<Record<WayName, OpenWay>> = {
  poll(run, after, take) {
    const poller = new Poller(`poll?run=${run}`, after, take);
    poller.ask();
    const timer = setInterval(() => poller.ask(), pollEvery);
    return () => {
      clearInterval(timer);
      poller.stop();
    };
  },

  longPoll(run, after, take) {
    const poller = new Poller(`long-poll?run=${run}`, after, take);
    poller.askOnAndOn();
    return () => poller.stop();
  },

  events(run, after, take) {
    const source = new EventSource(`/_trunkline/feed/events?run=${run}&after=${after}`);
    source.onmessage = ({ data }) => take(JSON.parse(data));
    return () => source.close();
  },

  socket(run, _after, take) {
    const socket = new WebSocket(ownSocket(`feed/socket?run=${run}`));
    socket.onmessage = ({ data }) => take(JSON.parse(data));
    return () => socket.close();
  },
};

class Poller {
  readonly #path: string;
  readonly #take: (value: FeedValue) => void;
  readonly #abort = new AbortController();
  #after: number;
  #isAsking = false;

  constructor(path: string, after: number, take: (value: FeedValue) => void) {
    this.#path = path;
    this.#after = after;
    this.#take = take;
  }

  stop(): void {
    this.#abort.abort();
  }

  /** False when it could not be asked. */
  async ask(): Promise<boolean> {
    if (this.#isAsking) return false;
    this.#isAsking = true;
    try {
      const address = `/_trunkline/feed/${this.#path}&after=${this.#after}`;
      const response = await fetch(address, { signal: this.#abort.signal, cache: "no-store" });
      if (!response.ok) return false;
      const values: readonly FeedValue[] = await response.json();
      for (const value of values) this.#accept(value);
      return true;
    } catch {
      // It was stopped, or the server went; the control socket tells which.
      return false;
    } finally {
      this.#isAsking = false;
    }
  }

  async askOnAndOn(): Promise<void> {
    while (!this.#abort.signal.aborted && (await this.ask()));
  }

  #accept(value: FeedValue): void {
    if (this.#abort.signal.aborted || value.seq <= this.#after) return;
    this.#after = value.seq;
    this.#take(value);
  }
}
