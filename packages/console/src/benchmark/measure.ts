// Runs a plan against this server. It runs in a page or in a Worker, and touches neither.
//
// A batch of messages is timed from its first call to the word that its last has arrived: the server's
// for what was sent, the message itself for what comes. Batches grow until one takes long enough to be
// measured; that one counts.
import { ownSocket } from "../own-socket.ts";
import { type Message, makeMessage, Verifier } from "./pattern.ts";
import type { Plan, Result } from "./plan.ts";

/** Milliseconds. */
const longEnough = 100;
/** A larger message warms nothing up that a second one would gain by. */
const warmedUpTo = 10_000_000;
const mostMessages = 65_536;
const mostBytes = 100_000_000;
/** For echo: so much may be on its way at once. */
const mostInFlight = { messages: 64, bytes: 1_000_000 };

/** Calls `tell` for each size; ends early when `signal` aborts. @throws when the line breaks */
export async function measure(
  plan: Plan,
  tell: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  const line = await Line.open(plan, signal);
  try {
    for (const size of plan.sizes) tell(await measureSize(line, plan, size));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    line.close();
  }
}

async function measureSize(line: Line, plan: Plan, size: number): Promise<Result> {
  const batch = new Batch(line, plan, size);
  if (size <= warmedUpTo) await batch.run(1);
  for (let count = 1; ; ) {
    const start = performance.now();
    const bad = await batch.run(count);
    const milliseconds = performance.now() - start;
    const next = growCount(count, size, milliseconds);
    if (next === count) return { size, messages: count, milliseconds, bad };
    count = next;
  }
}

/** The same number when it was enough. */
export function growCount(count: number, size: number, milliseconds: number): number {
  if (milliseconds >= longEnough) return count;
  const factor = Math.min(16, Math.max(2, (longEnough * 1.5) / Math.max(milliseconds, 0.1)));
  const most = Math.min(mostMessages, Math.max(1, Math.floor(mostBytes / size)));
  return Math.min(most, Math.ceil(count * factor));
}

class Batch {
  readonly #line: Line;
  readonly #plan: Plan;
  readonly #size: number;
  readonly #message: Message;
  readonly #verifier: Verifier | undefined;

  constructor(line: Line, plan: Plan, size: number) {
    this.#line = line;
    this.#plan = plan;
    this.#size = size;
    this.#message = makeMessage(plan.kind, plan.direction === "receive" ? 0 : size);
    if (plan.verify) this.#verifier = new Verifier(plan.kind, size);
  }

  /** How many messages were bad. */
  run(count: number): Promise<number> {
    const { direction } = this.#plan;
    if (direction === "send") return this.#send(count);
    return direction === "receive" ? this.#receive(count) : this.#echo(count);
  }

  async #send(count: number): Promise<number> {
    for (let sent = 0; sent < count; sent += 1) this.#line.send(this.#message);
    this.#line.send('{"report":true}');
    const { messages, bytes, bad } = JSON.parse(String(await this.#line.next()));
    if (messages === count && bytes === count * this.#size) return bad;
    throw new Error(`the server counted ${messages} messages of ${bytes} bytes`);
  }

  async #receive(count: number): Promise<number> {
    const binary = this.#plan.kind !== "string";
    this.#line.send(JSON.stringify({ count, size: this.#size, binary }));
    let bad = 0;
    for (let come = 0; come < count; come += 1) bad += await this.#check(await this.#line.next());
    return bad;
  }

  async #echo(count: number): Promise<number> {
    const { messages, bytes } = mostInFlight;
    const window = Math.max(1, Math.min(messages, Math.floor(bytes / this.#size)));
    let bad = 0;
    let sent = 0;
    for (let come = 0; come < count; come += 1) {
      for (; sent < count && sent - come < window; sent += 1) this.#line.send(this.#message);
      bad += await this.#check(await this.#line.next());
    }
    return bad;
  }

  /** The length is looked at always, the content where the plan says so. */
  async #check(message: Message): Promise<0 | 1> {
    if (sizeOf(message) !== this.#size) return 1;
    if (this.#verifier === undefined) return 0;
    return (await this.#verifier.isRight(message)) ? 0 : 1;
  }
}

/** The pattern is ASCII: a character is a byte. */
function sizeOf(message: Message): number {
  if (typeof message === "string") return message.length;
  return message instanceof Blob ? message.size : message.byteLength;
}

const paths = { send: "sink", receive: "source", echo: "echo" } as const;

interface Waiter {
  resolve(message: Message): void;
  reject(error: Error): void;
}

/** A socket whose messages are taken one by one. */
class Line {
  readonly #socket: WebSocket;
  #messages: Message[] = [];
  #taken = 0;
  #waiter: Waiter | undefined;
  #failure: Error | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#put(data);
    socket.onclose = ({ code, reason }) => this.#fail(new Error(`close ${code} ${reason}`.trim()));
  }

  static async open({ direction, kind, verify }: Plan, signal: AbortSignal): Promise<Line> {
    const query = verify && direction === "send" ? "?verify=1" : "";
    const socket = new WebSocket(ownSocket(`benchmark/${paths[direction]}${query}`));
    socket.binaryType = kind === "blob" ? "blob" : "arraybuffer";
    const line = new Line(socket);
    signal.addEventListener("abort", () => line.close());
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      line.#waiter = { resolve: () => resolve(), reject };
    });
    line.#waiter = undefined;
    return line;
  }

  send(message: Message): void {
    this.#socket.send(message);
  }

  next(): Promise<Message> | Message {
    const message = this.#messages[this.#taken];
    if (message !== undefined) {
      this.#taken += 1;
      if (this.#taken === this.#messages.length) this.#forget();
      return message;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  close(): void {
    this.#socket.close();
    this.#fail(new Error("stopped"));
  }

  #put(message: Message): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) this.#messages.push(message);
    else waiter.resolve(message);
  }

  #forget(): void {
    this.#messages = [];
    this.#taken = 0;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiter?.reject(this.#failure);
    this.#waiter = undefined;
  }
}
