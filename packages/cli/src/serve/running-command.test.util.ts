/**
 * For tests: the built command as a process of its own, on a port of its own. Waiting is always for a
 * line of its output or for its end, never for a time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { type IncomingMessage, request } from "node:http";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "trunkline/client";
import { makeFolder, type TemporaryFolder } from "../temporary-folder.test.util.ts";

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

export interface RunningCommand {
  readonly pid: number | undefined;
  /** Both streams, as they came. */
  readonly output: string;
  /** Settles with the line when one that matches was or is written; rejects when the command ends without. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly exit: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

export function runCommand(
  t: TestContext,
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  return new WatchedCommand(child);
}

interface Waiting {
  readonly pattern: RegExp;
  resolve(line: string): void;
  reject(error: Error): void;
}

class WatchedCommand implements RunningCommand {
  readonly exit: Promise<{ readonly code: number | null; readonly stderr: string }>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<Waiting>();
  #output = "";
  #stderr = "";
  #hasEnded = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#take(text);
    });
    this.exit = new Promise((resolve) => {
      child.once("close", (code) => {
        this.#hasEnded = true;
        this.#settle();
        resolve({ code, stderr: this.#stderr });
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get output(): string {
    return this.#output;
  }

  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ pattern, resolve, reject });
      this.#settle();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #take(text: string): void {
    this.#output += text;
    this.#settle();
  }

  #settle(): void {
    const lines = this.#output.split("\n").slice(0, -1);
    for (const one of this.#waiting) {
      const found = lines.find((line) => one.pattern.test(line));
      if (found !== undefined) one.resolve(found);
      else if (this.#hasEnded) one.reject(new Error(`It ended without the line:\n${this.#output}`));
      else continue;
      this.#waiting.delete(one);
    }
  }
}

/** The port of a command that listens. */
export async function portOf(command: RunningCommand): Promise<number> {
  const line = await command.line(/listens on/);
  return Number(/:(\d+)/.exec(line.replace(/^.*:\/\//, ""))?.[1]);
}

export interface Started {
  readonly command: RunningCommand;
  readonly folder: TemporaryFolder;
  readonly port: number;
  readonly url: string;
}

/** `trunkline serve` in a folder of its own with these files; settles once it listens. */
export async function start(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const folder = await makeFolder(t, files);
  const command = runCommand(t, folder.path, ["-p", "0", ...args], environment);
  const port = await portOf(command);
  return { command, folder, port, url: `ws://localhost:${port}` };
}

export interface Client {
  readonly socket: WebSocket;
  /** Sends, and settles with the next message. */
  ask(text: string): Promise<unknown>;
  readonly closed: Promise<{ readonly code: number; readonly wasClean: boolean }>;
}

/** Settles when the socket is open. */
export async function connect(t: TestContext, url: string, tls?: object): Promise<Client> {
  const socket = tls ? new WebSocket(url, { tls }) : new WebSocket(url);
  t.after(() => socket.close());
  const closed = new Promise<{ code: number; wasClean: boolean }>((resolve) => {
    socket.addEventListener("close", ({ code, wasClean }) => resolve({ code, wasClean }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    closed.then(({ code }) => reject(new Error(`${url} closed with ${code} before it opened`)));
  });
  const ask = (text: string) =>
    new Promise<unknown>((resolve) => {
      socket.addEventListener("message", ({ data }) => resolve(data), { once: true });
      socket.send(text);
    });
  return { socket, ask, closed };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** One plain HTTP request; the path goes out as it is written. */
export function fetchPath(
  port: number,
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path, agent: false, ...options });
    sent.on("error", reject);
    sent.on("upgrade", ({ statusCode = 0, headers }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, headers, body: "" });
    });
    sent.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.end();
  });
}

/** The answer to an opening handshake. */
export function shakeHands(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const opening = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  return fetchPath(port, path, { headers: { ...opening, ...headers } });
}
