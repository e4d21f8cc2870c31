/**
 * The options of `trunkline serve`: what they are called, what they mean, and one sentence for each
 * way to get them wrong. It touches neither files nor network.
 *
 * The long names are pywebsocket's own where it has the option, also with underscores, so that a
 * line written for its `standalone.py` works.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { SocketServer } from "trunkline/server";
import { CommandError } from "../command-error.ts";
import { LEVELS, type Level, parseLevel } from "../log.ts";
import { nearest } from "../nearest.ts";

export interface ServeSettings {
  readonly port: number;
  /** Undefined: loopback, both address families. */
  readonly host: string | undefined;
  /** Undefined: `./handlers` if it is there, else the built-in echo. */
  readonly handlers: string | undefined;
  readonly documentRoot: string | undefined;
  /** Whether executable files of the handlers folder are handlers. */
  readonly executables: boolean;
  /** Folders of the document root whose executables answer HTTP requests. */
  readonly cgiPaths: readonly string[];
  /** Processes of executables and of CGI at one time. */
  readonly maxProcesses: number;
  readonly origins: readonly string[] | "any" | undefined;
  readonly trustProxy: readonly string[] | undefined;
  readonly tls: boolean;
  readonly privateKey: string | undefined;
  readonly certificate: string | undefined;
  readonly logLevel: Level;
  /** Undefined: on a loopback host only. */
  readonly console: boolean | undefined;
}

export type ParsedOptions = ServeSettings | { readonly help: string };

/** Other long names of the same options. */
const ALIASES: Readonly<Record<string, string>> = {
  "--server-host": "--host",
  "--websock-handlers": "--handlers",
};

/** @throws {CommandError} with exit code 2 */
export function parseServeOptions(args: readonly string[]): ParsedOptions {
  let help = "";
  const command = makeCommand((text) => {
    help += text;
  });
  try {
    command.parse(args.map(normaliseName), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { help };
    throw new CommandError(2, describeFault(error, command));
  }
  return checkSettings(command.opts<RawOptions>());
}

interface RawOptions {
  readonly port: number;
  readonly host?: string;
  readonly handlers?: string;
  readonly documentRoot?: string;
  readonly executables?: true;
  readonly cgiPaths?: readonly string[];
  readonly maxProcesses: number;
  readonly origins?: readonly string[] | "any";
  readonly trustProxy?: readonly string[];
  readonly tls?: true;
  readonly privateKey?: string;
  readonly certificate?: string;
  readonly logLevel: Level;
  readonly console?: boolean;
}

function makeCommand(write: (text: string) => void): Command {
  const command = new Command("trunkline serve")
    .usage("[options]")
    .description("Serve the handlers of a folder, each file a WebSocket resource.")
    .helpOption("-h, --help", "show this")
    .exitOverride()
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: write, writeErr: () => {} });
  for (const [group, options] of OPTIONS) {
    for (const option of options()) command.addOption(option.helpGroup(`${group}:`));
  }
  return command.addHelpText("after", EXAMPLES);
}

// -p and -w stand first, then -d: what a first use needs.
const OPTIONS: readonly (readonly [string, () => readonly Option[]])[] = [
  ["Common options", commonOptions],
  ["Programs", programOptions],
  ["Who may connect", accessOptions],
  ["TLS", tlsOptions],
  ["Output", outputOptions],
];

function commonOptions(): readonly Option[] {
  return [
    new Option("-p, --port <number>", "port to listen on; 0 takes a free one")
      .default(9998)
      .argParser(readPort),
    new Option(
      "-w, --handlers <folder>",
      "handler files (default: ./handlers if it is there, else a built-in echo at /echo); also --websock-handlers",
    ),
    new Option("-d, --document-root <folder>", "files to serve over HTTP"),
  ];
}

function programOptions(): readonly Option[] {
  return [
    new Option(
      "--executables",
      "executable files of the handlers folder are handlers too: a process for each connection",
    ),
    new Option(
      "-x, --cgi-paths <list>",
      "folders of the document root, comma-separated, whose executables answer as CGI",
    ).argParser(readCgiPaths),
    new Option(
      "--max-processes <number>",
      "processes of executables and of CGI at one time; more are answered with 503",
    )
      .default(256)
      .argParser(readCount),
  ];
}

function accessOptions(): readonly Option[] {
  return [
    new Option(
      "-H, --host <address>",
      "address to listen on (default: this machine only, 127.0.0.1 and ::1); also --server-host",
    ),
    new Option(
      "--origins <list>",
      'origins of pages that may connect besides our own, comma-separated, or "any"',
    ).argParser(readOrigins),
    new Option(
      "--trust-proxy <list>",
      'proxies whose forwarded headers are believed: "loopback", addresses, ranges; comma-separated',
    ).argParser(readList),
  ];
}

function tlsOptions(): readonly Option[] {
  return [
    new Option("-t, --tls", "serve https: and wss:; needs -k and -c"),
    new Option("-k, --private-key <file>", "private key, PEM"),
    new Option("-c, --certificate <file>", "certificate with its chain, PEM"),
  ];
}

function outputOptions(): readonly Option[] {
  return [
    new Option("--log-level <level>", `${[...LEVELS].reverse().join(", ")}; from here up is logged`)
      .default("info")
      .argParser(readLevel),
    new Option("--console", "serve the console page also when other machines can reach it"),
    new Option("--no-console", "do not serve the console page"),
  ];
}

const EXAMPLES = `
Examples:
  trunkline serve                                  ./handlers, or an echo, on port 9998
  trunkline serve -p 8080 -w handlers/ -d public/  with files of your own
  trunkline serve -H 0.0.0.0 --origins https://example.com

"trunkline" without a command is "trunkline serve"; "trunkline --version" says which.
`;

function normaliseName(argument: string): string {
  const [name = "", ...value] = argument.split("=");
  if (!/^--[a-z]/i.test(name)) return argument;
  const dashed = name.replaceAll("_", "-");
  return [ALIASES[dashed] ?? dashed, ...value].join("=");
}

function describeFault(error: CommanderError, command: Command): string {
  if (error.code === "commander.unknownOption") return describeUnknown(error, command);
  if (error.code === "commander.excessArguments") {
    return 'serve takes options only, no other words; "trunkline serve --help" lists them.';
  }
  return error.message.replace(/^error: /, "").replaceAll("'", '"');
}

function describeUnknown(error: CommanderError, command: Command): string {
  const given = /'([^'=]*)/.exec(error.message)?.[1] ?? "";
  const names = command.options.flatMap(({ long, short }) => [long, short].filter(isText));
  const near = nearest(given, [...names, "--help", ...Object.keys(ALIASES)]);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return `there is no option "${given}".${hint} "trunkline serve --help" lists them.`;
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

/** As in pywebsocket each begins with a slash: it is a path of the server. */
function readCgiPaths(text: string): readonly string[] {
  const paths = readList(text).map((path) => `/${path.replace(/^\/+|\/+$/g, "")}`);
  const bad = paths.find((path) => /(^|\/)\.|\/\/|[\\%?#\0]/.test(path));
  if (bad === undefined) return paths;
  throw new InvalidArgumentError(`"${bad}" names no folder of the document root.`);
}

function readLevel(text: string): Level {
  const level = parseLevel(text);
  if (level) return level;
  throw new InvalidArgumentError(`It must be one of ${LEVELS.join(", ")}.`);
}

function readList(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  const list = entries.filter((entry) => entry !== "");
  if (list.length === 0) throw new InvalidArgumentError("It is empty.");
  return list;
}

function readOrigins(text: string): readonly string[] | "any" {
  const list = readList(text);
  if (!list.includes("any")) return list;
  if (list.length === 1) return "any";
  throw new InvalidArgumentError('"any" stands alone.');
}

function checkSettings(raw: RawOptions): ServeSettings {
  const { host, handlers, documentRoot, origins, trustProxy, tls, privateKey, certificate } = raw;
  if (raw.cgiPaths && documentRoot === undefined) {
    throw new CommandError(2, "-x names folders of the document root: add -d");
  }
  checkByLibrary({ ...(origins && { origins }), ...(trustProxy && { trustProxy }) });
  if (!tls && (privateKey ?? certificate) !== undefined) {
    throw new CommandError(2, "-k and -c are for TLS: add -t, or leave them out");
  }
  if (host === "") throw new CommandError(2, "-H needs an address, such as 0.0.0.0");
  return {
    port: raw.port,
    host,
    handlers,
    documentRoot,
    executables: raw.executables === true,
    cgiPaths: raw.cgiPaths ?? [],
    maxProcesses: raw.maxProcesses,
    origins,
    trustProxy,
    tls: tls === true,
    privateKey,
    certificate,
    logLevel: raw.logLevel,
    console: raw.console,
  };
}

/** Origins and proxies are the library's to judge; its sentences name the option and the entry. */
function checkByLibrary(options: {
  readonly origins?: readonly string[] | "any";
  readonly trustProxy?: readonly string[];
}): void {
  try {
    new SocketServer({ routes: {}, ...options });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(2, error.message, { cause: error });
  }
}
