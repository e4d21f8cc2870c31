/**
 * The load of `trunkline bench`: connections that keep messages in flight, or are sent them at a rate, and
 * how long each message took. Where connections and time come from is given, so that tests need neither a
 * network nor patience.
 */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { Clock } from "../clock.ts";
import type { Agreement, Connection, Dial, Ending } from "../connect/connection.ts";

export interface LoadSettings {
  readonly connections: number;
  /** Messages of each connection that wait for their answer at a time. */
  readonly inFlight: number;
  /** Messages a second, of all connections together, whatever the server does; undefined: as fast as answers come. */
  readonly rate: number | undefined;
  readonly message: string | Uint8Array;
}

export interface LoadSurroundings {
  readonly dial: Dial;
  readonly clock: Clock;
  /** Calls back once what has come meanwhile was heard. */
  readonly turn: (callback: () => void) => void;
}

/** So many opening handshakes are under way at a time: a server's backlog is short. */
const OPENING_AT_ONCE = 100;
/** At a rate a message is left out where this much waits for a server that takes less. Bytes. */
const MOST_WAITING = 4 * 1024 * 1024;
/** Messages at a rate that cannot be kept up must leave time for answers, timers and signals. */
const MOST_A_TURN = 1000;
/** Nanoseconds of a millisecond. A histogram has whole numbers, from 1 on. */
const NANOSECONDS = 1e6;

export class Load {
  /** How long each opening handshake took. Nanoseconds. */
  readonly handshakes: RecordableHistogram = createHistogram();
  /** From when a message was sent, or due, to its answer. Nanoseconds. */
  readonly latencies: RecordableHistogram = createHistogram();
  /** Of the connections that the server ended. */
  readonly endings: Ending[] = [];
  /** Settles when the server has ended the last connection. */
  readonly lost: Promise<void>;
  readonly #settings: LoadSettings;
  readonly #surroundings: LoadSurroundings;
  readonly #lines: Line[] = [];
  #lose: () => void = () => {};
  #answered = 0;
  #unanswered = 0;
  #leftOut = 0;
  #sends = false;
  #begin = 0;
  #paced = 0;
  #next = 0;
  #settled: (() => void) | undefined;

  constructor(settings: LoadSettings, surroundings: LoadSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /** Messages that were answered since `start`, or since they were last forgotten. */
  get answered(): number {
    return this.#answered;
  }

  /** Messages that were due and not sent, because too much waited already. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Messages that wait for their answer, on connections that are open. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#lines.length;
  }

  /** Opens one more connection. Rejects as `dial` says. */
  async openOne(): Promise<Agreement> {
    const { dial, clock } = this.#surroundings;
    const begin = clock.now();
    const line = new Line(this, dial, this.#settings.message);
    const agreement = await line.connection.opened;
    record(this.handshakes, clock.now() - begin);
    this.#lines.push(line);
    void line.connection.closed.then((ending) => this.#onEnding(line, ending));
    return agreement;
  }

  /** Opens what is missing. Rejects with the first that fails. */
  async open(): Promise<void> {
    let missing = this.#settings.connections - this.#lines.length;
    const openSome = async (): Promise<void> => {
      while (missing-- > 0) await this.openOne();
    };
    await Promise.all(Array.from({ length: Math.min(missing, OPENING_AT_ONCE) }, openSome));
  }

  /** Sends one message, and settles with whether its answer came in time. */
  async probe(patience: number): Promise<boolean> {
    const [line] = this.#lines;
    if (line !== undefined) this.#send(line, this.#surroundings.clock.now());
    await this.#drain(patience);
    const isAnswered = this.#answered > 0;
    this.forget();
    return isAnswered;
  }

  start(): void {
    this.#sends = true;
    const { rate, inFlight } = this.#settings;
    const now = this.#surroundings.clock.now();
    if (rate === undefined) {
      for (const line of this.#lines) {
        for (let count = 0; count < inFlight; count++) this.#send(line, now);
      }
      return;
    }
    this.#begin = now;
    this.#pace(1000 / rate);
  }

  /** Timers come to the millisecond only, so that this turns the event loop without a rest. */
  #pace(interval: number): void {
    if (!this.#sends || this.#lines.length === 0) return;
    const now = this.#surroundings.clock.now();
    for (let count = 0; count < MOST_A_TURN; count++) {
      // Counted from the beginning: a short interval would be rounded in each sum, and perhaps away.
      const due = this.#begin + this.#paced * interval;
      if (due > now) break;
      this.#paced++;
      // A message's time runs from when it was due: who stalls pays for all that waited.
      this.#sendNext(due);
    }
    this.#surroundings.turn(() => this.#pace(interval));
  }

  #sendNext(due: number): void {
    const line = this.#lines[this.#next % this.#lines.length];
    this.#next = (this.#next + 1) % this.#lines.length;
    if (line === undefined || line.connection.bufferedAmount > MOST_WAITING) this.#leftOut++;
    else this.#send(line, due);
  }

  #send(line: Line, due: number): void {
    this.#unanswered++;
    line.send(due);
  }

  /** Forgets the messages so far, as a warm-up's. */
  forget(): void {
    this.#answered = this.#leftOut = 0;
    this.latencies.reset();
  }

  /** Sends no more, and settles when all is answered, or with the time. */
  stop(patience: number): Promise<void> {
    this.#sends = false;
    return this.#drain(patience);
  }

  #drain(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#settled = undefined;
        resolve();
      };
      const timer = this.#surroundings.clock.setTimer(end, patience);
      this.#settled = end;
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#settled !== undefined && this.#unanswered === 0) this.#settled();
  }

  /** Closes all connections, and settles when the server has answered, or with the time. */
  async close(patience: number): Promise<void> {
    const { clock } = this.#surroundings;
    const lines = this.#lines.splice(0);
    for (const { connection } of lines) connection.close(1000);
    const closed = Promise.all(lines.map(({ connection }) => connection.closed));
    await Promise.race([closed, new Promise<void>((done) => clock.setTimer(done, patience))]);
  }

  onAnswer(line: Line, due: number): void {
    const now = this.#surroundings.clock.now();
    this.#answered++;
    this.#unanswered--;
    record(this.latencies, now - due);
    if (this.#settled !== undefined) return this.#settle();
    if (this.#sends && this.#settings.rate === undefined) this.#send(line, now);
  }

  #onEnding(line: Line, ending: Ending): void {
    const at = this.#lines.indexOf(line);
    // Those that we close are no longer in the list.
    if (at === -1) return;
    this.#lines.splice(at, 1);
    this.#unanswered -= line.waiting;
    this.endings.push(ending);
    this.#settle();
    if (this.#lines.length === 0) this.#lose();
  }
}

/** One connection, and since when its messages wait. */
class Line {
  readonly connection: Connection;
  readonly #message: string | Uint8Array;
  readonly #waiting: number[] = [];
  /** Index of the next that is answered. */
  #first = 0;

  constructor(load: Load, dial: Dial, message: string | Uint8Array) {
    this.#message = message;
    this.connection = dial(() => {
      const due = this.#take();
      // What nobody asked for is no answer: a greeting, a push.
      if (due !== undefined) load.onAnswer(this, due);
    });
  }

  get waiting(): number {
    return this.#waiting.length - this.#first;
  }

  /** `shift()` moves all that is behind it, once that is long. */
  #take(): number | undefined {
    const due = this.#waiting[this.#first];
    if (due === undefined) return undefined;
    this.#first++;
    if (this.#first * 2 >= this.#waiting.length) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    return due;
  }

  send(due: number): void {
    this.#waiting.push(due);
    this.connection.send(this.#message);
  }
}

function record(histogram: RecordableHistogram, milliseconds: number): void {
  histogram.record(Math.max(1, Math.round(milliseconds * NANOSECONDS)));
}
