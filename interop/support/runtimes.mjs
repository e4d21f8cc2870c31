/**
 * Other runtimes than Node, as npm brings them: their binaries lie in packages of their own, one for each
 * platform, and no install script has to run. A program of `runtimes/` is started as a process of the
 * test's own. It tells what happens, a line of JSON for each thing, and goes on until its input ends.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Mailbox } from "./events.mjs";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** Deno permits nothing by itself: the first two are all that the library needs. And nothing is fetched. */
const denoOptions = [
  "--allow-net",
  "--allow-env=TRUNKLINE_TRANSPORT",
  "--no-prompt",
  "--cached-only",
  "--no-lock",
];

/** `packages` hold the binaries: as npm laid them, or where an install script moved them to. */
export const RUNTIMES = [
  { name: "Bun", packages: "@oven", moved: "bun/bin/bun.exe", binary: "bin/bun", options: [] },
  { name: "Deno", packages: "@deno", moved: "deno/deno", binary: "deno", options: denoOptions },
].map((runtime) => ({ ...runtime, path: findBinary(runtime) }));

/** The first that runs here: on Linux there may be one for each C library. */
function findBinary({ packages, moved, binary }) {
  const scope = join(folder, "node_modules", packages);
  const names = existsSync(scope) ? readdirSync(scope).sort() : [];
  const places = [
    join(folder, "node_modules", moved),
    ...names.flatMap((name) => [join(scope, name, binary), join(scope, name, `${binary}.exe`)]),
  ];
  return places.find(runs);
}

function runs(path) {
  if (!existsSync(path)) return false;
  try {
    execFileSync(path, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Why the tests of a runtime are skipped; never in CI, where it has to be there. */
export function whySkipped({ name, path }) {
  return path === undefined && !process.env.CI && `${name} has no binary for this platform`;
}

/** No colours in what is compared, no question about a newer version, no cache outside of this folder. */
const surroundings = {
  NO_COLOR: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_DIR: join(folder, "node_modules/.cache/deno"),
  BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
};

/** A program of `runtimes/` that runs, ended after the test if it has not ended by itself. */
export function startProgram(context, { name, path, options }, program, ...args) {
  if (path === undefined) throw new Error(`${name} is not installed for this platform.`);
  const script = join(folder, "runtimes", program);
  const child = spawn(path, ["run", ...options, script, ...args], {
    cwd: folder,
    env: { ...process.env, ...surroundings },
  });
  const running = new Program(child);
  context.after(() => running.kill());
  return running;
}

class Program {
  #child;
  #told = new Mailbox();
  #errors = "";
  /** Its exit code, when it has ended and everything it wrote has come. */
  #ended;

  constructor(child) {
    this.#child = child;
    // One that ends early is told of by its exit code.
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#errors += text;
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#told.put(JSON.parse(line)));
    this.#ended = once(child, "close").then(([code, signal]) => code ?? signal);
  }

  /** What it tells next. */
  async next() {
    const ended = this.#ended.then((code) => {
      throw new Error(`the program ended with ${code}: ${this.#errors}`);
    });
    ended.catch(() => {});
    return Promise.race([this.#told.next(), ended]);
  }

  /** It has nothing left to do: undefined, or how it ended instead of well, and what it said of it. */
  async failure() {
    const code = await this.#ended;
    return code === 0 && this.#errors === "" ? undefined : `ended with ${code}: ${this.#errors}`;
  }

  /** Asks a server to close, and waits for its end. */
  stop() {
    this.#child.stdin.end();
    return this.failure();
  }

  async kill() {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
