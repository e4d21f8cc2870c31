/**
 * A program under test as its own process: its port, its CPU time, its memory, its end.
 * CPU comes from /proc, so how fast or slow the generator is does not enter it.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const folder = new URL("..", import.meta.url);
const bunBinary = fileURLToPath(new URL("node_modules/bun/bin/bun.exe", folder));
const uwsFile = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
const uwsBinary = fileURLToPath(
  new URL(`node_modules/@trufflesuite/uws-js-unofficial/binaries/${uwsFile}`, folder),
);
const MICROSECONDS_PER_TICK = 10_000;

// `ws` takes bufferutil and utf-8-validate wherever it finds them, and they are here as a dependency
// of a peer. A program that installs `ws` has neither; `ws-bufferutil` is the one that has.
const WITHOUT_ADDONS = { WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1" };

/** Undefined where the package has no binary, or one that does not run here. */
export const bunVersion = readBunVersion();

function readBunVersion() {
  try {
    return execFileSync(bunBinary, ["--version"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** Whether a program can run here: two of the peers are binaries, for some platforms and Nodes only. */
export function isAvailable(name) {
  if (name === "bun") return bunVersion !== undefined;
  return name !== "uws" || existsSync(uwsBinary);
}

/** The command line for a script: peers run under Node, but Bun's under Bun. */
export function commandOf(script) {
  const path = fileURLToPath(new URL(script, folder));
  if (script.endsWith("/bun.mjs")) return [bunBinary, [path]];
  return [process.execPath, ["--expose-gc", path]];
}

export class ServerProcess {
  #child;
  #lines;

  /** Starts `script` and waits until it says its port. */
  static async start(script, args = []) {
    const server = new ServerProcess();
    const [program, programArgs] = commandOf(script);
    server.#child = spawn(program, [...programArgs, ...args], {
      env: script.includes("bufferutil") ? process.env : { ...process.env, ...WITHOUT_ADDONS },
      stdio: ["pipe", "pipe", "inherit"],
    });
    server.#lines = createInterface({ input: server.#child.stdout })[Symbol.asyncIterator]();
    const first = await server.nextLine();
    if (first === undefined) throw new Error(`${script} ended before it said its port`);
    server.port = first.port;
    return server;
  }

  /** The next thing it says; undefined when it has ended. */
  async nextLine() {
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  tell(text) {
    this.#child.stdin.write(`${text}\n`);
  }

  /** Microseconds of CPU, user and system, all threads, so far. */
  cpu() {
    return cpuOf(this.#child.pid);
  }

  /** Bytes after a collection: the resident set, and the heap with what hangs on it. */
  async memory() {
    this.#child.kill("SIGUSR2");
    return (await this.nextLine()).memory;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** The scheduler's nanoseconds where the kernel gives them, else ticks of 10 ms. */
function cpuOf(pid) {
  try {
    let total = 0;
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      total += Number.parseInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1"), 10);
    }
    if (total > 0) return total / 1000;
  } catch {
    // A thread that ended in between, or a kernel without it.
  }
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
}
