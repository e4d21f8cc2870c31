/**
 * Chooses the command and turns its faults into sentences and exit codes.
 *
 * A command is an entry of the table: its word, what it is for, and how to load it, so that a start
 * loads the code of one command only. No word means the first of the table.
 */
import { readFileSync } from "node:fs";
import { CommandError } from "./command-error.ts";
import { nearest } from "./nearest.ts";

/** What a command may touch of the process. */
export interface CommandContext {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Settles with the exit code when the command is done; a user's mistake is a thrown CommandError. */
export type Command = (args: readonly string[], context: CommandContext) => Promise<number>;

interface CommandEntry {
  readonly summary: string;
  load(): Promise<Command>;
}

const DEFAULT_COMMAND = "serve";

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: "a WebSocket server that finds its handlers in a folder",
    load: async () => (await import("./serve/command.ts")).serveCommand,
  },
  connect: {
    summary: "talk to a WebSocket from a terminal or a pipe",
    load: async () => (await import("./connect/command.ts")).connectCommand,
  },
  bench: {
    summary: "load on a server: throughput, latency, and what a message costs it",
    load: async () => (await import("./bench/command.ts")).benchCommand,
  },
  conform: {
    summary: "RFC 6455 and RFC 7692, case by case, against a server or a client",
    load: async () => (await import("./conform/command.ts")).conformCommand,
  },
  docs: {
    summary: "the documentation in the terminal",
    load: async () => (await import("./docs/command.ts")).docsCommand,
  },
};

export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    context.stderr.write(`trunkline: ${error.message}\n`);
    return error.exitCode;
  }
}

async function dispatch(args: readonly string[], context: CommandContext): Promise<number> {
  const [first = ""] = args;
  if (first === "help") return dispatch([...args.slice(1), "--help"], context);
  const isWord = first !== "" && !first.startsWith("-");
  const entry = COMMANDS[isWord ? first : DEFAULT_COMMAND];
  if (!entry || !Object.hasOwn(COMMANDS, isWord ? first : DEFAULT_COMMAND)) {
    throw new CommandError(2, describeUnknown(first));
  }
  const rest = isWord ? args.slice(1) : args;
  // With a value, -V is an option of serve's.
  const isVersion = rest[0] === "--version" || (rest[0] === "-V" && rest.length === 1);
  if (isVersion) return print(context, readVersion());
  const command = await entry.load();
  return command(rest, context);
}

function describeUnknown(word: string): string {
  const near = nearest(word, Object.keys(COMMANDS));
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const list = Object.entries(COMMANDS).map(([name, { summary }]) => `${name} (${summary})`);
  return `there is no command "${word}".${hint} The commands: ${list.join(", ")}.`;
}

function print({ stdout }: CommandContext, text: string): number {
  stdout.write(`${text}\n`);
  return 0;
}

function readVersion(): string {
  const manifest = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string }; // our own file
  return version;
}
