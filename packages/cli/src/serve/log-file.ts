/**
 * The log file of `-l`: begun anew when it has grown to a size, older ones kept as `name.1`, `name.2`.
 * One that cannot be opened ends the start. Later a disk that is full is no reason to end: what cannot
 * be written goes to standard error from then on, with a line that says why.
 */
import { once } from "node:events";
import { resolve } from "node:path";
import type { Writable } from "node:stream";
import { createStream } from "rotating-file-stream";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";
import type { LogOutput } from "../log.ts";

export interface LogFileOptions {
  readonly path: string;
  /** Bytes; 0 lets it grow without end. */
  readonly maxSize: number;
  /** Older files that are kept; 0 as above. */
  readonly count: number;
  readonly fallback: LogOutput;
}

/** @throws {CommandError} with exit code 1 */
export async function openLogFile(options: LogFileOptions): Promise<LogFile> {
  const { path, maxSize, count, fallback } = options;
  const stream = openRotating(path, maxSize, count);
  try {
    await once(stream, "open");
  } catch (cause) {
    const why = describeWriteError(cause);
    throw new CommandError(1, `the log file ${path} cannot be written: ${why}`, { cause });
  }
  return new LogFile(path, stream, fallback);
}

export class LogFile implements LogOutput {
  readonly #path: string;
  readonly #fallback: LogOutput;
  /** Undefined from its first fault on. */
  #stream: Writable | undefined;

  constructor(path: string, stream: Writable, fallback: LogOutput) {
    this.#path = path;
    this.#fallback = fallback;
    stream.on("error", (error: Error) => this.#fail(error));
    this.#stream = stream;
  }

  write(text: string): void {
    if (!this.#stream) return void this.#fallback.write(text);
    this.#stream.write(text, (error) => {
      if (!error) return;
      this.#fail(error);
      this.#fallback.write(text);
    });
  }

  /** Settles when everything is written. */
  async close(): Promise<void> {
    const stream = this.#stream;
    if (!stream || stream.destroyed) return;
    await new Promise<void>((resolve) => {
      stream.once("close", resolve);
      stream.end(() => resolve());
    });
  }

  #fail(error: Error): void {
    if (!this.#stream) return;
    this.#stream = undefined;
    const why = describeWriteError(error);
    this.#fallback.write(
      `trunkline: cannot write the log file ${this.#path}: ${why}; the log goes on here\n`,
    );
  }
}

function openRotating(path: string, maxSize: number, count: number): Writable {
  const full = resolve(path);
  // As Python's RotatingFileHandler, whose options these are: either of them 0 is one file for ever.
  if (maxSize === 0 || count === 0) return createStream(full);
  const name = (at: unknown) => (at ? `${full}.${at}` : full);
  return createStream(name, { size: `${maxSize}B`, rotate: count });
}

function describeWriteError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (code === "EROFS") return "the disk cannot be written to";
  const why = describeFileError(error);
  return /\(it is not a file\)$/.test(why) ? "it is not a file" : why; // the stream's own sentence
}
