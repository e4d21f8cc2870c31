/**
 * The command line of `trunkline conform`: its words and options, and one sentence for each way to get
 * them wrong. It touches neither files nor network.
 */
import { type Command, Option } from "commander";
import { readUrl } from "../client-options.ts";
import { CommandError } from "../command-error.ts";
import {
  newCommand,
  parseLine,
  readCount,
  readCountTo,
  readList,
  readPort,
} from "../command-line.ts";

/** What both directions share. */
export interface CommonSettings {
  readonly only: readonly string[] | undefined;
  readonly skip: readonly string[];
  readonly list: boolean;
  readonly json: string | undefined;
  readonly junit: string | undefined;
  readonly html: string | undefined;
  /** Milliseconds. */
  readonly wait: number;
  readonly maxMessageSize: number | undefined;
  readonly pid: number | undefined;
}

export interface ServerCommandSettings extends CommonSettings {
  readonly mode: "server";
  /** Undefined with `list` only. */
  readonly url: URL | undefined;
  readonly atOnce: number;
  readonly insecure: boolean;
}

export interface ClientCommandSettings extends CommonSettings {
  readonly mode: "client";
  /** 0 for one that the system chooses; undefined with `list` only. */
  readonly port: number | undefined;
  readonly host: string;
}

export type CommandSettings = ServerCommandSettings | ClientCommandSettings;
export type ParsedOptions = CommandSettings | { readonly help: string };

/** @throws {CommandError} with exit code 2 */
export function parseConformOptions(args: readonly string[]): ParsedOptions {
  let settings: CommandSettings | undefined;
  const command = makeCommand((found) => {
    settings = found;
  });
  const help = parseLine(command, args) ?? "";
  // Without one of its words it is help that was asked for, or a mistake.
  return settings ?? { help };
}

interface RawOptions {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly list?: true;
  readonly json?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly wait: number;
  readonly maxMessageSize?: number;
  readonly pid?: number;
}

interface RawServerOptions extends RawOptions {
  readonly atOnce: number;
  readonly insecure?: true;
}

interface RawClientOptions extends RawOptions {
  readonly port?: number;
  readonly host: string;
}

function makeCommand(settle: (settings: CommandSettings) => void): Command {
  const command = newCommand("conform").description(
    "Test a WebSocket implementation against RFC 6455 and RFC 7692, case by case.",
  );
  const server = newCommand("server", command)
    .description("Test a server that echoes every message, by its address.")
    .argument(
      "[url]",
      "ws:// or wss://, the address of the echo; localhost:9998/echo and :9998/echo will do",
      readUrl,
    )
    .action((url: URL | undefined, options: RawServerOptions) => settle(checkServer(url, options)));
  for (const option of [...commonOptions(), ...serverOptions()]) server.addOption(option);
  const client = newCommand("client", command)
    .description(
      "Test clients that come, open /case/1, /case/2, …, and echo every message; /report ends the run.",
    )
    .action((options: RawClientOptions) => settle(checkClient(options)));
  for (const option of [...commonOptions(), ...clientOptions()]) client.addOption(option);
  return command.addHelpText("after", EXAMPLES);
}

/** The longest delay of a timer, less what is added to a wait. */
const LONGEST_WAIT = 2_147_480_000;

function commonOptions(): readonly Option[] {
  return [
    new Option(
      "--only <list>",
      'groups, cases or sections, comma-separated, "*" for any letters',
    ).argParser(addList),
    new Option("--skip <list>", "what to leave out, written as for --only").argParser(addList),
    new Option("--list", "list the chosen cases and play none"),
    new Option("--json <file>", "write the results as JSON"),
    new Option("--junit <file>", "write the results as JUnit's XML, for a CI system"),
    new Option("--html <file>", "write the results as a page that opens from disk"),
    new Option("--wait <milliseconds>", "how long an answer may take; more for who is far or busy")
      .default(2000)
      .argParser(readCountTo(LONGEST_WAIT)),
    new Option(
      "--max-message-size <bytes>",
      "the largest message that the tested side takes; more must be 1009",
    ).argParser(readCount),
    new Option(
      "--pid <number>",
      "process of the tested side on this machine, to bound its memory",
    ).argParser(readCount),
  ];
}

function serverOptions(): readonly Option[] {
  return [
    new Option("--at-once <number>", "cases that run at the same time")
      .default(16)
      .argParser(readCount),
    new Option("--insecure", "accept any certificate of a wss: server"),
  ];
}

function clientOptions(): readonly Option[] {
  return [
    new Option(
      "-p, --port <number>",
      "the port that clients come to; 0 takes a free one",
    ).argParser(readPort),
    new Option("-H, --host <host>", "the address that it is bound to").default("localhost"),
  ];
}

const EXAMPLES = `
Examples:
  trunkline conform server ws://localhost:9998/echo
  trunkline conform server ws://localhost:9998/echo --only utf8,close --json results.json
  trunkline conform server --list
  trunkline conform client --port 9001 --html results.html
`;

function checkServer(url: URL | undefined, raw: RawServerOptions): ServerCommandSettings {
  if (url === undefined && !raw.list) {
    throw new CommandError(
      2,
      'conform server needs the address of an echo, such as "ws://localhost:9998/echo".',
    );
  }
  const { atOnce, insecure = false } = raw;
  return { mode: "server", url, ...settingsOf(raw), atOnce, insecure };
}

function checkClient(raw: RawClientOptions): ClientCommandSettings {
  const { port, host } = raw;
  if (port === undefined && !raw.list) {
    throw new CommandError(2, "conform client needs the port that clients come to: --port 9001.");
  }
  return { mode: "client", port, host, ...settingsOf(raw) };
}

function settingsOf(raw: RawOptions): CommonSettings {
  const { only, json, junit, html, wait, maxMessageSize, pid } = raw;
  const list = raw.list === true;
  return { only, skip: raw.skip ?? [], list, json, junit, html, wait, maxMessageSize, pid };
}

function addList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...readList(text)];
}
