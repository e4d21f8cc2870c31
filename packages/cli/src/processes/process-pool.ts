/**
 * The processes of executables and of CGI, together no more than a number: each costs memory and a
 * place in the system's table, and any client can ask for one.
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { GroupedProcess, type ProcessOptions } from "./grouped-process.ts";

export interface ProcessPoolOptions {
  readonly limit: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Why a process was not started, in a sentence for the log. */
export class StartError extends Error {
  override readonly name = "StartError";
}

export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #running = new Set<GroupedProcess>();
  /** Those being started, too. */
  #count = 0;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#count;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get log(): Logger {
    return this.#options.log;
  }

  /** `name` is what the log calls it. @throws {StartError} */
  async start(
    name: string,
    options: Omit<ProcessOptions, "clock" | "onErrorLine">,
  ): Promise<GroupedProcess> {
    const { limit, clock, log } = this.#options;
    if (this.#count >= limit) {
      throw new StartError(`all ${limit} processes are in use (--max-processes)`);
    }
    this.#count++;
    try {
      const onErrorLine = (line: string) => log.info(`${name}: ${line}`);
      const started = await GroupedProcess.start({ ...options, clock, onErrorLine });
      this.#follow(started);
      return started;
    } catch (error) {
      this.#count--;
      throw new StartError(describeStartError(error), { cause: error });
    }
  }

  /** Settles when all have ended. */
  async stop(): Promise<void> {
    const all = [...this.#running];
    for (const one of all) one.stop();
    await Promise.all(all.map(({ ended }) => ended));
  }

  #follow(started: GroupedProcess): void {
    this.#running.add(started);
    void started.ended.then(() => {
      this.#running.delete(started);
      this.#count--;
    });
  }
}

function describeStartError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "it is not there, or its interpreter (the #! line) is not";
  if (code === "EACCES") return "it may not be run (chmod +x), or its interpreter may not";
  if (code === "ENOEXEC") return "it is no program: a script needs a #! line";
  if (code === "EAGAIN" || code === "EMFILE" || code === "ENFILE") {
    return "the system has no room for another process";
  }
  return error instanceof Error ? error.message : String(error);
}
