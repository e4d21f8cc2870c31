/**
 * The process that runs the Python handlers: started when the first of them is loaded, started again
 * when it ends by itself, at a bounded rate. It knows frames and connections, and no routes.
 */
import type { IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import { GroupedProcess, type ProcessEnd } from "../../processes/grouped-process.ts";
import { encodeFrame, FrameReader, KINDS, type PipeFrame } from "./pipe-frames.ts";
import { PythonConnection } from "./python-connection.ts";

export interface PythonWorkerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The program; default: `python3` on the PATH. */
  readonly command?: string;
  /** Of the handlers' files; default: each says its own (PEP 263), or is UTF-8. */
  readonly encoding?: string | undefined;
}

export type LoadOutcome =
  | { readonly kind: "loaded"; readonly files: readonly string[] }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly file: string;
      readonly line: number | null;
    }
  /** There is no Python. */
  | { readonly kind: "missing" };

const SCRIPT = fileURLToPath(new URL("../../../python/worker.py", import.meta.url));

/** Milliseconds before the first restart; each further one waits twice as long, up to the last. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 60_000;
/** Milliseconds after which a worker counts as one that works. */
const STEADY = 60_000;

interface Load {
  readonly path: string;
  readonly root: string;
  /** Undefined for one that is repeated in a new worker. */
  readonly settle: ((outcome: LoadOutcome) => void) | undefined;
}

export class PythonWorker {
  readonly #options: PythonWorkerOptions;
  readonly #connections = new Map<number, PythonConnection>();
  /** Under way, by number. */
  readonly #loads = new Map<number, Load>();
  /** The folder of every file that was loaded once: a new worker loads them all. */
  readonly #roots = new Map<string, string>();
  #process: GroupedProcess | undefined;
  #starting: Promise<boolean> | undefined;
  #isStopped = false;
  #isMissing = false;
  #pause = FIRST_PAUSE;
  #startedAt = 0;
  #lastNumber = 0;

  constructor(options: PythonWorkerOptions) {
    this.#options = options;
  }

  /** Loads a handler's file, again when it was loaded before. Never rejects. */
  async load(path: string, root: string): Promise<LoadOutcome> {
    this.#roots.set(path, root);
    this.#starting ??= this.#start();
    if (!(await this.#starting)) return { kind: "missing" };
    return new Promise((settle) => this.#sendLoad({ path, root, settle }));
  }

  /** Undefined while no worker runs. */
  open(raw: IncomingMessage, head: object): PythonConnection | undefined {
    if (!this.#process) return undefined;
    const number = this.#nextNumber();
    const connection = new PythonConnection(
      {
        write: (kind, payload) => this.#write(kind, number, payload),
        end: ({ code, reason, wasClean }) => {
          this.#connections.delete(number);
          this.#write(KINDS.GONE, number, JSON.stringify({ code, reason, clean: wasClean }));
        },
      },
      raw,
    );
    this.#connections.set(number, connection);
    this.#write(KINDS.OPEN, number, JSON.stringify(head));
    return connection;
  }

  /** Settles when the process has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#starting;
    const last = this.#process;
    last?.stop();
    await last?.ended;
  }

  /** False when there is no Python. */
  async #start(): Promise<boolean> {
    const { command = "python3", environment, clock, log } = this.#options;
    try {
      const process = await GroupedProcess.start({
        file: command,
        // No __pycache__ beside the handlers: its folder would be watched.
        args: ["-B", SCRIPT],
        environment: { ...environment, PYTHONIOENCODING: "utf-8" },
        clock,
        onErrorLine: (line) => log.info(`python: ${line}`),
      });
      this.#follow(process);
      return true;
    } catch (error) {
      this.#starting = undefined;
      if (!this.#isMissing) log.error(describeMissing(command, error));
      this.#isMissing = true;
      return false;
    }
  }

  #follow(process: GroupedProcess): void {
    this.#process = process;
    this.#isMissing = false;
    this.#startedAt = this.#options.clock.now();
    const reader = new FrameReader((frame) => this.#take(frame));
    process.output.on("data", (bytes: Buffer) => reader.feed(bytes));
    void process.ended.then((end) => this.#crashed(end));
  }

  #write(kind: number, number: number, payload: string | Uint8Array): void {
    const input = this.#process?.input;
    if (input?.writable) input.write(encodeFrame(kind, number, payload));
  }

  #sendLoad(load: Load): void {
    const number = this.#nextNumber();
    this.#loads.set(number, load);
    const { path, root } = load;
    this.#write(
      KINDS.LOAD,
      number,
      JSON.stringify({ path, root, encoding: this.#options.encoding }),
    );
  }

  /** Numbers of connections that are still open are far behind when it begins anew. */
  #nextNumber(): number {
    this.#lastNumber = (this.#lastNumber % 0xffff_ffff) + 1;
    return this.#lastNumber;
  }

  #take(frame: PipeFrame): void {
    const { kind, number, payload } = frame;
    if (kind === KINDS.LOG) return this.#logFor(payload);
    if (kind === KINDS.READY) return this.#options.log.debug(`python: ${payload}`);
    if (kind !== KINDS.LOADED && kind !== KINDS.FAILED) {
      return this.#tell(this.#connections.get(number), frame);
    }
    const load = this.#loads.get(number);
    this.#loads.delete(number);
    const found = JSON.parse(payload.toString());
    const outcome: LoadOutcome = { kind: kind === KINDS.LOADED ? "loaded" : "failed", ...found };
    if (load?.settle) load.settle(outcome);
    else if (outcome.kind === "failed") this.#options.log.error(describeFailure(outcome));
  }

  /** A fault here, of one connection, must not lose the frames of the others. */
  #tell(connection: PythonConnection | undefined, frame: PipeFrame): void {
    try {
      connection?.take(frame);
    } catch (error) {
      this.#options.log.error("python:", error);
      connection?.crashed();
    }
  }

  #logFor(payload: Buffer): void {
    const { level, text } = JSON.parse(payload.toString()) as { level: number; text: string }; // our worker's
    const { log } = this.#options;
    const line = `python: ${text}`;
    // Python's numbers: 20 info, 30 warning, 40 error.
    if (level >= 40) log.error(line);
    else if (level >= 30) log.warn(line);
    else if (level >= 20) log.info(line);
    else log.debug(line);
  }

  #crashed({ code, signal }: ProcessEnd): void {
    this.#process = undefined;
    const { log, clock } = this.#options;
    const count = this.#connections.size;
    for (const connection of this.#connections.values()) connection.crashed();
    this.#connections.clear();
    if (this.#isStopped) return;
    const pause = this.#nextPause();
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    log.error(
      `the Python worker ended ${how}; its connections (${count}) are closed with 1011, and it starts again in ${pause / 1000} s`,
    );
    this.#starting = new Promise((resolve) => {
      clock.setTimer(() => resolve(this.#restart()), pause);
    });
  }

  #nextPause(): number {
    const hasWorked = this.#options.clock.now() - this.#startedAt >= STEADY;
    const pause = hasWorked ? FIRST_PAUSE : this.#pause;
    this.#pause = Math.min(2 * pause, LAST_PAUSE);
    return pause;
  }

  async #restart(): Promise<boolean> {
    if (this.#isStopped || !(await this.#start())) return false;
    const under = [...this.#loads.values()];
    this.#loads.clear();
    const asked = new Set(under.map(({ path }) => path));
    for (const load of under) this.#sendLoad(load);
    for (const [path, root] of this.#roots) {
      if (!asked.has(path)) this.#sendLoad({ path, root, settle: undefined });
    }
    return true;
  }
}

function describeFailure({ file, line, message }: LoadOutcome & { kind: "failed" }): string {
  return `${file}${line === null ? "" : `:${line}`}: ${message}; its resource answers 503`;
}

function describeMissing(command: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why = code === "ENOENT" ? "is not on the PATH" : `cannot be run (${error})`;
  return `${command} ${why}: Python handlers (*_wsh.py) answer 503; install Python 3.8 or newer and start again`;
}
