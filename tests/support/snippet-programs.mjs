// @ts-check
// Compiles the programs of the documentation against the built packages, all at once, and runs each.
// Programs keep the port that a reader sees; here each such port becomes a free one, and a program that
// names an address without listening itself gets a server that echoes.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/workspace.mjs";

/** @typedef {import("./snippets.mjs").Snippet} Snippet */
/** @typedef {{ file: string, ports: readonly number[], code: string }} Program */

const port = /(?<=\blocalhost:|127\.0\.0\.1:|\[::1\]:|\bport: |\blisten\()\d{2,5}\b/g;
const runner = fileURLToPath(new URL("run-snippet.mjs", import.meta.url));
const execute = promisify(execFile);

export class SnippetPrograms {
  /** Where the programs are written: inside the workspace, so that they find its packages. */
  folder;
  #snippets;
  #timeout;
  /** @type {Map<Snippet, Program>} */
  #programs = new Map();
  /** @type {Promise<string> | undefined} */
  #compiled;

  /**
   * @param {readonly Snippet[]} snippets
   * @param {number} timeout after how many milliseconds a program counts as hanging
   */
  constructor(snippets, timeout) {
    mkdirSync(join(root, "tests/.snippets"), { recursive: true });
    this.folder = mkdtempSync(join(root, "tests/.snippets/"));
    this.#snippets = snippets;
    this.#timeout = timeout;
  }

  /**
   * What is wrong with a program, in words; undefined when nothing is.
   *
   * @param {Snippet} snippet
   */
  async findProblem(snippet) {
    this.#compiled ??= this.#compile();
    const messages = await this.#compiled;
    const program = this.#programs.get(snippet);
    if (program === undefined) return "The programs were made without this one.";
    const own = findOwnMessages(messages, program.file, snippet);
    if (own.length > 0) return own.join("\n");
    return snippet.mode === "types" ? undefined : this.#run(program, snippet.prints);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Compiles all programs at once; returns the compiler's messages. */
  async #compile() {
    for (const snippet of this.#snippets) await this.#writeProgram(snippet);
    const both = await Promise.all([
      this.#compileKind("ts", { strict: true }),
      this.#compileKind("js", { checkJs: true, noImplicitAny: false }),
    ]);
    return both.join("\n");
  }

  /** @param {Snippet} snippet */
  async #writeProgram(snippet) {
    const extension = /j/.test(snippet.language) ? "js" : "ts";
    const page = snippet.page.replace(/\W+/g, "-").toLowerCase();
    const file = `${page}-${snippet.line}.${extension}`;
    const text = `${codeBefore(snippet)}${snippet.code}`;
    const ports = new Map([...new Set(text.match(port))].map((seen) => [seen, 0]));
    for (const seen of ports.keys()) ports.set(seen, await findFreePort());
    const code = text.replace(port, (seen) => String(ports.get(seen)));
    writeFileSync(join(this.folder, file), code);
    this.#programs.set(snippet, { file, ports: [...ports.values()], code });
  }

  /**
   * @param {"ts" | "js"} kind
   * @param {object} options
   */
  async #compileKind(kind, options) {
    const files = [...this.#programs.values()].map(({ file }) => file);
    const own = files.filter((file) => file.endsWith(`.${kind}`));
    if (own.length === 0) return "";
    const config = {
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: { ...optionsOfSnippets, ...options, rootDir: ".", outDir: "out" },
      files: own,
    };
    const path = join(this.folder, `tsconfig.${kind}.json`);
    writeFileSync(path, JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const compiling = execute(process.execPath, [tsc, "--pretty", "false", "-p", path], {
      cwd: this.folder,
    });
    return (await compiling.catch((error) => error)).stdout ?? "";
  }

  /**
   * @param {Program} program
   * @param {string | undefined} prints
   */
  async #run(program, prints) {
    const server = await serveEcho(program);
    try {
      const file = join(this.folder, "out", program.file.replace(/\.ts$/, ".js"));
      return await runToItsEnd(file, this.folder, prints, this.#timeout);
    } finally {
      await server?.close({ timeout: 0 });
    }
  }
}

const optionsOfSnippets = {
  allowJs: true,
  declaration: false,
  isolatedDeclarations: false,
  moduleDetection: "force",
  noUnusedLocals: false,
  noUnusedParameters: false,
  typeRoots: [join(root, "node_modules/@types")],
};

/**
 * Runs a compiled program; what is wrong with its end, or undefined.
 *
 * @param {string} file
 * @param {string} cwd
 * @param {string | undefined} prints
 * @param {number} timeout
 */
async function runToItsEnd(file, cwd, prints, timeout) {
  const args = prints === undefined ? [file] : [file, "until-ended"];
  const child = spawn(process.execPath, [runner, ...args], { cwd, timeout, killSignal: "SIGKILL" });
  let output = "";
  let hasPrinted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      hasPrinted ||= prints !== undefined && output.includes(prints);
      if (hasPrinted) child.kill("SIGKILL");
    });
  }
  const [code, signal] = await once(child, "close");
  if (hasPrinted) return undefined;
  if (signal !== null)
    return `It did not end: close what it opens, or say what it prints.\n${output}`;
  if (code !== 0) return `It failed with exit code ${code}:\n${output}`;
  return prints === undefined ? undefined : `It ended without printing "${prints}":\n${output}`;
}

/**
 * A server that echoes, where the program names an address and does not listen itself.
 *
 * @param {Program} program
 */
async function serveEcho({ code, ports: [port] }) {
  if (port === undefined || /\b(serve|listen|new WebSocketServer)\(/.test(code)) return undefined;
  const { serve } = await import("trunkline");
  /** @param {import("trunkline").ServerWebSocket} socket @param {string | Uint8Array} data */
  const message = (socket, data) => void socket.send(data);
  const paths = [...code.matchAll(/:\d+(\/[\w./-]*)/g)].map(([, path = "/"]) => path);
  const routes = Object.fromEntries(["/", ...paths].map((path) => [path, { message }]));
  return serve({ port, routes });
}

async function findFreePort() {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  return address.port;
}

/**
 * The compiler's messages about a snippet, with the lines of its page. What it says of the blocks that
 * come before is said where they stand.
 *
 * @param {string} messages such as `readme-12.ts(3,5): error TS2322: …`
 * @param {string} file
 * @param {Snippet} snippet
 */
function findOwnMessages(messages, file, snippet) {
  const linesBefore = codeBefore(snippet).split("\n").length - 1;
  return messages.split("\n").flatMap((message) => {
    const place = /^(?<name>[^(]+)\((?<line>\d+),\d+\)/.exec(message);
    const line = Number(place?.groups?.line) - linesBefore;
    if (place?.groups?.name !== file || line < 1) return [];
    return [`${snippet.page}:${snippet.line + line}${message.slice(place[0].length)}`];
  });
}

/**
 * @param {Snippet} snippet
 * @returns {string}
 */
function codeBefore({ continues }) {
  return continues === undefined ? "" : `${codeBefore(continues)}${continues.code}`;
}
