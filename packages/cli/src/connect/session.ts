/**
 * A session: lines in, what is to be shown out, over one connection after the other. It knows neither
 * terminal nor network: whoever runs it brings lines (terminal.ts, script.ts), a way to dial
 * (connection.ts) and a place to show things (output.ts). It also decides the exit code.
 */
import { readFile } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { describeFileError } from "../file-error.ts";
import type { Connection, Dial, Ending } from "./connection.ts";
import { LINE_COMMANDS, parseLine } from "./line.ts";
import { describeAgreement, describeEnding, describeFailure, isError } from "./sentences.ts";

/** Where a session shows things. */
export interface Output {
  message(data: string | Uint8Array): void;
  /** What happened, for somebody who looks on. */
  note(text: string): void;
  /** What went wrong, for everybody. */
  problem(text: string): void;
}

/** 0 as long as nothing went wrong; docs/connect.md has the table. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** What a line is owed: a message or a pong, nothing, or the end of the session. */
export type Owed = "answer" | "nothing" | "end";

export interface SessionMeans {
  readonly dial: Dial;
  /** The address, as it is shown. */
  readonly address: string;
  readonly output: Output;
  readonly clock: Clock;
  /** Whether lines and files leave as binary messages. */
  readonly sendsBinary: boolean;
  /** Whether somebody types: then a mistake ends nothing, and a close may be followed by a new connection. */
  readonly isInteractive: boolean;
}

/** Bytes that may wait to leave before a pipe has to wait. */
const HIGH_WATER_MARK = 1_048_576;
/** Milliseconds between two looks at what waits: the class has no event for it. */
const LOOK = 20;

interface Waiting {
  readonly count: number;
  settle(isAnswered: boolean): void;
  timer: { cancel(): void };
  readonly patience: number;
}

export class Session {
  readonly #means: SessionMeans;
  #connection: Connection | undefined;
  #opening: Promise<boolean> | undefined;
  /** Of the connection that is open or was last. */
  #closed: Promise<void> = Promise.resolve();
  #isOpen = false;
  #isClosing = false;
  #isEnding = false;
  #answers = 0;
  #waiting: Waiting | undefined;
  #exitCode: ExitCode = 0;

  constructor(means: SessionMeans) {
    this.#means = means;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Settles when no connection is open any more. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Messages and pongs that came so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Settles with whether there is a connection. */
  open(): Promise<boolean> {
    this.#opening = this.#open();
    return this.#opening;
  }

  async #open(): Promise<boolean> {
    const { dial, address, output } = this.#means;
    const connection = dial((data) => this.#received(data));
    this.#connection = connection;
    this.#isClosing = false;
    try {
      const agreement = await connection.opened;
      this.#isOpen = true;
      this.#exitCode = 0;
      this.#closed = connection.closed.then((ending) => this.#ended(ending));
      output.note(`Connected to ${address}${describeAgreement(agreement)}.`);
    } catch (error) {
      this.#exitCode = 1;
      if (!this.#isEnding) output.problem(describeFailure(error));
    }
    return this.#isOpen;
  }

  /** Does what a line asks for. Settles when that is done; an answer may still be owed. */
  async take(line: string): Promise<Owed> {
    const parsed = parseLine(line);
    switch (parsed.type) {
      case "text":
        return this.#sendLine(parsed.text);
      case "ping":
        return this.#ping(parsed.data);
      case "send":
        return this.#sendFile(parsed.path);
      case "close":
        return this.#close(parsed.code, parsed.reason);
      case "reconnect":
        await this.#reconnect();
        return "nothing";
      case "quit":
        return "end";
      case "help":
        this.#say(formatHelp());
        return "nothing";
      case "mistake":
        return this.#complain(parsed.sentence);
    }
  }

  /** Sends as it is, and settles when there is room for more. */
  async send(data: string | Uint8Array): Promise<void> {
    const connection = this.#connection;
    connection?.send(data);
    while (this.#isOpen && connection && connection.bufferedAmount > HIGH_WATER_MARK) {
      await new Promise<void>((resolve) => this.#means.clock.setTimer(resolve, LOOK));
    }
  }

  /**
   * Settles with true when that many answers have come, or none can come any more; with false when
   * for so many milliseconds none came.
   */
  answered(count: number, patience: number): Promise<boolean> {
    if (!this.#isOpen || this.#answers >= count) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#waiting = { count, patience, settle: resolve, timer: { cancel: () => {} } };
      this.#startPatience(this.#waiting);
    });
  }

  /** Settles after so many milliseconds, or when the connection is closed. */
  async pass(ms: number): Promise<void> {
    if (!this.#isOpen || ms === 0) return;
    if (ms === Number.POSITIVE_INFINITY) return this.#closed;
    let timer: { cancel(): void } | undefined;
    const time = new Promise<void>((resolve) => {
      timer = this.#means.clock.setTimer(resolve, ms);
    });
    await Promise.race([time, this.#closed]);
    timer?.cancel();
  }

  /** Closes what is open and settles with the exit code; `because` is a fault of our own. */
  async quit(because?: { readonly code: ExitCode; readonly sentence: string }): Promise<ExitCode> {
    this.#isEnding = true;
    if (because) this.#means.output.problem(because.sentence);
    if (!this.#isOpen) this.#connection?.close();
    await this.#opening;
    if (this.#isOpen) await this.#close(1000, "");
    return because?.code ?? this.#exitCode;
  }

  #received(data: string | Uint8Array): void {
    this.#means.output.message(data);
    this.#countAnswer();
  }

  #countAnswer(): void {
    this.#answers += 1;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.timer.cancel();
    if (this.#answers >= waiting.count) this.#settle(true);
    else this.#startPatience(waiting);
  }

  #startPatience(waiting: Waiting): void {
    waiting.timer = this.#means.clock.setTimer(() => this.#settle(false), waiting.patience);
  }

  #settle(isAnswered: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.timer.cancel();
    waiting?.settle(isAnswered);
  }

  #ended(ending: Ending): void {
    const { output, isInteractive } = this.#means;
    const byUs = this.#isClosing;
    this.#isOpen = false;
    const sentence = describeEnding(ending, byUs);
    if (isError(ending, byUs)) {
      this.#exitCode = 3;
      output.problem(sentence);
    } else {
      output.note(sentence);
    }
    if (isInteractive && !this.#isEnding) output.note("Enter connects again, /quit ends.");
    this.#settle(true);
  }

  async #sendLine(text: string): Promise<Owed> {
    if (!this.#isOpen) {
      if (text === "") await this.#reconnect();
      else return this.#complain("there is no connection; /reconnect makes one.");
      return "nothing";
    }
    if (text === "") return "nothing";
    await this.send(this.#means.sendsBinary ? Buffer.from(text) : text);
    return "answer";
  }

  #ping(data: string): Owed {
    if (!this.#connection || !this.#isOpen) return this.#complain("there is no connection.");
    const { clock } = this.#means;
    const start = clock.now();
    try {
      this.#connection.ping(data).then((isAnswered) => {
        if (!isAnswered) return;
        this.#say(`Pong after ${(clock.now() - start).toFixed(1)} ms.`);
        this.#countAnswer();
      });
      return "answer";
    } catch (error) {
      return this.#complain(`${describe(error)}.`);
    }
  }

  async #sendFile(path: string): Promise<Owed> {
    if (!this.#isOpen) return this.#complain("there is no connection.");
    const { output, sendsBinary } = this.#means;
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      return this.#complain(`cannot read ${path}: ${describeFileError(error)}.`);
    }
    const text = sendsBinary ? undefined : readText(bytes);
    output.note(
      `Sent ${path}, ${bytes.length} bytes of ${text === undefined ? "binary" : "text"}.`,
    );
    await this.send(text ?? bytes);
    return "answer";
  }

  async #close(code: number | undefined, reason: string): Promise<Owed> {
    if (!this.#isOpen) return this.#complain("there is no connection.");
    try {
      this.#connection?.close(code, reason);
    } catch (error) {
      return this.#complain(`${describe(error)}.`);
    }
    this.#isClosing = true;
    await this.#closed;
    return "nothing";
  }

  async #reconnect(): Promise<void> {
    if (this.#isOpen) await this.#close(1000, "");
    await this.open();
  }

  /** What a line asked for, and a script's output is to have. */
  #say(text: string): void {
    const { output, isInteractive } = this.#means;
    if (isInteractive) output.note(text);
    else output.message(text);
  }

  #complain(sentence: string): Owed {
    this.#means.output.problem(sentence);
    if (this.#means.isInteractive) return "nothing";
    this.#exitCode = 2;
    return "end";
  }
}

/** Undefined for bytes that are no UTF-8. */
export function readText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function formatHelp(): string {
  const rows = Object.values(LINE_COMMANDS).map(
    ([usage, meaning]) => `${usage.padEnd(24)}${meaning}`,
  );
  return [
    "A line is sent as a message. Besides:",
    ...rows,
    "//text                  send /text",
  ].join("\n");
}
