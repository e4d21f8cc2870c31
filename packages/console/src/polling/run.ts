// One run of the page: the control socket that opens it, and the four ways that bring its feed. It
// knows nothing of the page.
import { ownSocket } from "../own-socket.ts";
import { ClockOffset } from "./clock-offset.ts";
import { type FeedValue, openWays, type WayName, wayNames } from "./ways.ts";

/** What the server read from its sockets. Bytes, from the server's side. */
export interface Account {
  readonly received: number;
  readonly sent: number;
  readonly requests: number;
}

export type Accounts = Readonly<Record<WayName, Account>>;

export interface RunListener {
  /** The ways are open. */
  started(): void;
  counted(accounts: Accounts): void;
  /** Because it was stopped, or because the server went. */
  ended(wasStopped: boolean): void;
}

interface Arrived {
  count: number;
  /** Of the newest value, by the server's clock. */
  time: number | undefined;
}

interface Report {
  readonly run?: string;
  readonly seq?: number;
  readonly accounts?: Accounts;
  readonly ping?: number;
  readonly time?: number;
}

const pingEvery = 1000;

export class Run {
  readonly arrived: Readonly<Record<WayName, Arrived>> = {
    poll: { count: 0, time: undefined },
    longPoll: { count: 0, time: undefined },
    events: { count: 0, time: undefined },
    socket: { count: 0, time: undefined },
  };
  readonly #clock = new ClockOffset();
  readonly #control: WebSocket;
  readonly #listener: RunListener;
  #closings: (() => void)[] | undefined;
  /** Reports that are still to come after the ways were closed: the second has seen all of it. */
  #lastReports: number | undefined;
  #pinging: ReturnType<typeof setInterval> | undefined;

  constructor(rate: number, listener: RunListener) {
    this.#listener = listener;
    this.#control = new WebSocket(ownSocket("feed/control"));
    this.#control.onopen = () => {
      this.setRate(rate);
      this.#ping();
      this.#pinging = setInterval(() => this.#ping(), pingEvery);
    };
    this.#control.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#control.onclose = () => this.#end();
  }

  get isStopping(): boolean {
    return this.#lastReports !== undefined;
  }

  /** Milliseconds. */
  get clockOffset(): number {
    return this.#clock.offset;
  }

  /** How old the newest value of a way is now, in milliseconds; undefined before the first. */
  ageOf(way: WayName): number | undefined {
    const { time } = this.arrived[way];
    return time === undefined ? undefined : Math.max(0, now() + this.#clock.offset - time);
  }

  setRate(rate: number): void {
    if (this.#control.readyState === WebSocket.OPEN) this.#control.send(JSON.stringify({ rate }));
  }

  /** Closes the ways, and ends when the server has counted what that cost. */
  stop(): void {
    this.#closeWays();
    this.#lastReports ??= 2;
  }

  #closeWays(): void {
    for (const close of this.#closings ?? []) close();
    this.#closings = [];
  }

  #ping(): void {
    this.#control.send(JSON.stringify({ ping: now() }));
  }

  #take({ run, seq = 0, accounts, ping, time }: Report): void {
    if (ping !== undefined && time !== undefined) this.#clock.add(ping, now(), time);
    if (run === undefined || accounts === undefined) return;
    if (this.#closings === undefined) this.#open(run, seq);
    this.#listener.counted(accounts);
    if (this.#lastReports === undefined) return;
    this.#lastReports -= 1;
    if (this.#lastReports === 0) this.#control.close(1000);
  }

  #open(run: string, after: number): void {
    this.#closings = wayNames.map((way) =>
      openWays[way](run, after, (value) => this.#arrive(way, value)),
    );
    this.#listener.started();
  }

  #arrive(way: WayName, { time }: FeedValue): void {
    const arrived = this.arrived[way];
    arrived.count += 1;
    arrived.time = time;
  }

  #end(): void {
    clearInterval(this.#pinging);
    this.#closeWays();
    this.#listener.ended(this.#lastReports === 0);
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
