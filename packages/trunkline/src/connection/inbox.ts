/**
 * Messages waiting for whoever reads them one by one: a conversation's `for await`, a stream's reader.
 * Above the high-water mark the connection is paused, so that a slow reader bounds the memory taken.
 */
export interface Pausable {
  pause(): void;
  resume(): void;
}

type Message = string | Uint8Array;
type Result = IteratorResult<Message, undefined>;

/** What a message costs besides its content: a flood of empty ones must be bounded too. Bytes, roughly. */
const OVERHEAD = 64;

const DONE: Result = { value: undefined, done: true };

export class Inbox implements AsyncIterator<Message, undefined> {
  readonly #connection: Pausable;
  readonly #highWaterMark: number;
  readonly #messages: Message[] = [];
  /** Index of the oldest message in `#messages`. */
  #first = 0;
  #size = 0;
  #paused = false;
  #ended = false;
  readonly #waiting: ((result: Result) => void)[] = [];

  constructor(connection: Pausable, highWaterMark: number) {
    this.#connection = connection;
    this.#highWaterMark = highWaterMark;
  }

  put(message: Message): void {
    const reader = this.#waiting.shift();
    if (reader !== undefined) return reader({ value: message, done: false });
    this.#messages.push(message);
    this.#size += costOf(message);
    if (this.#size <= this.#highWaterMark || this.#paused) return;
    this.#paused = true;
    this.#connection.pause();
  }

  /** Whether so much waits that the connection must not read on. */
  get isFull(): boolean {
    return this.#paused;
  }

  /** Whether no message waits to be read. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** No message comes any more; those that came are still handed out. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader(DONE);
  }

  next(): Promise<Result> {
    const value = this.take();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** The oldest message, or undefined when none waits. */
  take(): Message | undefined {
    const message = this.#messages[this.#first];
    if (message === undefined) return undefined;
    this.#first++;
    // A reader who is always a little behind never empties it: what was read must be let go of.
    if (this.#first * 2 >= this.#messages.length) {
      this.#messages.splice(0, this.#first);
      this.#first = 0;
    }
    this.#size -= costOf(message);
    if (this.#paused && this.#size <= this.#highWaterMark / 2) {
      this.#paused = false;
      this.#connection.resume();
    }
    return message;
  }
}

function costOf(message: Message): number {
  return message.length + OVERHEAD;
}
