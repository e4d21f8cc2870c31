/**
 * The command line of `trunkline conform`: its words and options, and one sentence for each way to get
 * them wrong. It touches neither files nor network.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CommandError } from "../command-error.ts";
import { readCount, readPort } from "../command-line.ts";
import { nearest } from "../nearest.ts";

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
  let help = "";
  let settings: CommandSettings | undefined;
  const command = makeCommand(
    (text) => {
      help += text;
    },
    (found) => {
      settings = found;
    },
  );
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { help };
    throw new CommandError(2, describeFault(error, command));
  }
  if (settings) return settings;
  throw new CommandError(2, NO_WORD);
}

const NO_WORD =
  'conform needs a word: "trunkline conform server ws://…" or "trunkline conform client --port 9001"; --help says more.';

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

function makeCommand(
  write: (text: string) => void,
  settle: (settings: CommandSettings) => void,
): Command {
  const command = prepare(new Command("trunkline conform"), write).description(
    "Test a WebSocket implementation against RFC 6455 and RFC 7692, case by case.",
  );
  const server = prepare(new Command("server"), write)
    .description("Test a server that echoes every message, by its address.")
    .argument("[url]", "ws:// or wss://, the address of the echo", readAddress)
    .action((url: URL | undefined, options: RawServerOptions) => settle(checkServer(url, options)));
  for (const option of [...commonOptions(), ...serverOptions()]) server.addOption(option);
  const client = prepare(new Command("client"), write)
    .description("Test clients that come, open /case/1, /case/2, …, and echo every message.")
    .action((options: RawClientOptions) => settle(checkClient(options)));
  for (const option of [...commonOptions(), ...clientOptions()]) client.addOption(option);
  return command.addCommand(server).addCommand(client).addHelpText("after", EXAMPLES);
}

function prepare(command: Command, write: (text: string) => void): Command {
  return command
    .helpOption("-h, --help", "show this")
    .helpCommand(false)
    .exitOverride()
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: write, writeErr: () => {} });
}

function commonOptions(): readonly Option[] {
  return [
    new Option(
      "--only <list>",
      'groups, cases or sections, comma-separated, "*" for any letters',
    ).argParser(readList),
    new Option("--skip <list>", "what to leave out, written as for --only").argParser(readList),
    new Option("--list", "list the chosen cases and play none"),
    new Option("--json <file>", "write the results as JSON"),
    new Option("--junit <file>", "write the results as JUnit's XML, for a CI system"),
    new Option("--html <file>", "write the results as a page that opens from disk"),
    new Option("--wait <milliseconds>", "how long an answer may take")
      .default(2000)
      .argParser(readCount),
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
    new Option("-p, --port <number>", "the port that clients come to").argParser(readPort),
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

function readAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^wss?:$/.test(url.protocol) && url.hash === "") return url;
  throw new InvalidArgumentError("It must be an absolute ws: or wss: URL without a fragment.");
}

function readList(text: string, before: readonly string[] = []): readonly string[] {
  const words = text.split(",").map((word) => word.trim());
  return [...before, ...words.filter((word) => word !== "")];
}

function describeFault(error: CommanderError, command: Command): string {
  const given = /'([^'=]*)/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") {
    const known = command.commands.flatMap(({ options }) =>
      options.flatMap(({ long }) => long ?? []),
    );
    return `there is no option "${given}".${hintFor(given, known)} "trunkline conform server --help" and "trunkline conform client --help" list them.`;
  }
  if (error.code === "commander.unknownCommand" || error.code === "commander.excessArguments") {
    const known = command.commands.map((own) => own.name());
    return `conform takes one of the words ${known.join(", ")} first, and "server" then one address.${hintFor(given, known)}`;
  }
  if (error.code === "commander.help") {
    return NO_WORD;
  }
  return error.message.replace(/^error: /, "").replaceAll("'", '"');
}

function hintFor(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}
