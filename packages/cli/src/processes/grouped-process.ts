/**
 * A child process in a process group of its own, with pipes for its input and output; what it writes
 * to standard error goes to the log, line by line. Whatever it started in its group ends with it, and
 * with this process.
 *
 * Its pipes are plain streams: who writes and reads them keeps them bounded, by what `write` returns
 * and by `pause`.
 */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Clock, Timer } from "../clock.ts";
import { LineReader } from "./line-reader.ts";

export interface ProcessOptions {
  readonly file: string;
  readonly args?: readonly string[];
  readonly folder?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** A line of its standard error. */
  onErrorLine(line: string): void;
}

/** How it ended: with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Milliseconds between SIGTERM and SIGKILL: time to save something, less than a user waits. */
export const GRACE = 3000;
/** Bytes of a line in the log; the rest is another line. */
const LOG_LINE = 8192;

const living = new Set<GroupedProcess>();
let isHooked = false;

export class GroupedProcess {
  readonly input: Writable;
  readonly output: Readable;
  /** Settles when it has ended and its output was read; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #isStopping = false;
  #hasExited = false;

  /** Settles when it runs. Rejects with the system's error when it cannot. */
  static start(options: ProcessOptions): Promise<GroupedProcess> {
    return new Promise((resolve, reject) => {
      const child = spawn(options.file, options.args ?? [], {
        cwd: options.folder,
        env: { ...options.environment },
        stdio: ["pipe", "pipe", "pipe"],
        // A group of its own: Ctrl-C in the terminal is for us, and `stop` reaches what it started.
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      child.on("error", reject);
      child.once("spawn", () => resolve(new GroupedProcess(child, options)));
    });
  }

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    { clock, onErrorLine }: ProcessOptions,
  ) {
    this.#child = child;
    this.#clock = clock;
    this.input = child.stdin;
    this.output = child.stdout;
    // A process may end, or close its input, while something is written: its end tells.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {});
    const lines = new LineReader({ limit: LOG_LINE, onLine: onErrorLine });
    child.stderr.on("data", (bytes: Buffer) => lines.feed(bytes)).once("end", () => lines.end());
    this.ended = endOf(child);
    child.once("exit", () => this.#finish());
    endWithUs(this);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks the group to end, and makes it after a while; its output is nobody's any more. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    if (this.#hasExited) return this.#abandon();
    this.#child.stdin.destroy();
    signalGroup(this.#child, "SIGTERM");
    this.#timer = this.#clock.setTimer(() => this.kill(), GRACE);
  }

  /** Ends the group at once. */
  kill(): void {
    signalGroup(this.#child, "SIGKILL");
  }

  #finish(): void {
    this.#hasExited = true;
    this.#timer?.cancel();
    living.delete(this);
    // What it left behind in its group; at once, while the number is surely still the group's.
    signalGroup(this.#child, "SIGKILL");
    if (this.#isStopping) this.#abandon();
  }

  /** A process that left the group may hold the pipes open for ever. */
  #abandon(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

/** Not the "close" event: that waits for standard error too, which somebody it started may hold open. */
async function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>) {
  const output = new Promise((resolve) => child.stdout.once("close", resolve));
  const end = await new Promise<ProcessEnd>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await output;
  return end;
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch {
    // Nobody is left.
  }
}

/** A second Ctrl-C ends this process at once; nothing may be left over then either. */
function endWithUs(one: GroupedProcess): void {
  living.add(one);
  if (isHooked) return;
  isHooked = true;
  process.once("exit", () => {
    for (const each of living) each.kill();
  });
}
