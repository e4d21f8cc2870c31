/**
 * What options `trunkline serve` has: their names, groups, defaults and how their values are read.
 * What they mean together is `options.ts`'s business.
 */
import { InvalidArgumentError, Option } from "commander";
import { type ServeOptions, SocketServer } from "trunkline/server";
import { readCount, readCountTo, readList, readPort, readSeconds } from "../command-line.ts";
import { LEVELS, type Level, parseLevel } from "../log.ts";

/** Other long names of the same options. */
export const ALIASES: Readonly<Record<string, string>> = {
  "--server-host": "--host",
  "--websock-handlers": "--handlers",
};

/** Options of pywebsocket's that have nothing to act on here, and why. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  "--deflate-log-level": "compression writes no log of its own; --log-level holds for everything",
  "--thread-monitor-interval-in-sec": "no connection has a thread that could be watched",
};

// -p and -w stand first, then -d: what a first use needs.
export const OPTION_GROUPS: readonly (readonly [string, () => readonly Option[]])[] = [
  ["Common options", commonOptions],
  ["Handlers", handlerOptions],
  ["Programs", programOptions],
  ["Who may connect", accessOptions],
  ["TLS", tlsOptions],
  ["Output", outputOptions],
  ["Without effect, so that pywebsocket's command lines work", optionsWithoutEffect],
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
    new Option(
      "--config <file>",
      "options from a file: pywebsocket's INI, or .ts, .js or .json (default: trunkline.config.* if it is there)",
    ),
  ];
}

function handlerOptions(): readonly Option[] {
  return [
    new Option(
      "-m, --websock-handlers-map-file <file>",
      'lines of "alias existing": a handler under one more path',
    ),
    new Option("-s, --scan-dir <folder>", "look for handlers only here, below the handlers folder"),
    new Option(
      "--allow-handlers-outside-root-dir",
      "follow links that lead out of the handlers folder",
    ),
    new Option(
      "--handler-encoding <name>",
      "encoding of Python handlers, such as latin-1 (default: what each says itself, or UTF-8)",
    ),
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
    ).argParser(readProxies),
    new Option("--heartbeat <seconds>", "time between pings, which keep a quiet line open; 0: none")
      .default(25_000, "25")
      .argParser(readSeconds),
    new Option("--basic-auth", "ask everybody for a user name and a password"),
    new Option(
      "--basic-auth-credential <user:password>",
      "what --basic-auth asks for (default: test:test)",
    ).argParser(readCredential),
    new Option("-V, --validation-host <host>", "the host that a target with a host must name"),
    new Option(
      "-P, --validation-port <number>",
      "the port that a target with a host must name",
    ).argParser(readPort),
    new Option(
      "-q, --queue <number>",
      "connections that the system keeps waiting (default: 511)",
    ).argParser(readCountTo(LARGEST)),
  ];
}

function tlsOptions(): readonly Option[] {
  return [
    new Option("-t, --tls", "serve https: and wss:; needs -k and -c"),
    new Option("-k, --private-key <file>", "private key, PEM"),
    new Option("-c, --certificate <file>", "certificate with its chain, PEM"),
    new Option("--tls-client-auth", "clients need a certificate; needs --tls-client-ca"),
    new Option("--tls-client-cert-optional", "clients without a certificate may come in too"),
    new Option("--tls-client-ca <file>", "who signs the clients' certificates, PEM"),
  ];
}

function outputOptions(): readonly Option[] {
  return [
    new Option("-l, --log-file <file>", "the log goes here and not to standard error"),
    new Option("--log-level <level>", `${[...LEVELS].reverse().join(", ")}; from here up is logged`)
      .default("info")
      .argParser(readLevel),
    new Option("--log-max <number>", "bytes in the log file before the next is begun; 0: no end")
      .default(262_144)
      .argParser(readSize),
    new Option("--log-count <number>", "older log files that are kept; 0: one file without end")
      .default(5)
      .argParser(readSize),
    new Option("--console", "serve the console page also when other machines can reach it"),
    new Option("--no-console", "do not serve the console page"),
  ];
}

function optionsWithoutEffect(): readonly Option[] {
  return [
    new Option("--deflate-log-level <level>").argParser(readLevel),
    new Option("--thread-monitor-interval-in-sec <number>").argParser(readSize),
  ];
}

function readSize(text: string): number {
  const size = readWhole(text);
  if (size !== undefined) return size;
  throw new InvalidArgumentError("it must be a whole number, 0 or more.");
}

/** What the system takes for a number. */
const LARGEST = 2_147_483_647;

function readWhole(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value <= LARGEST ? value : undefined;
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
  throw new InvalidArgumentError(`it must be one of ${LEVELS.join(", ")}.`);
}

function readOrigins(text: string): readonly string[] | "any" {
  const list = readList(text);
  const origins = list.length === 1 && list[0] === "any" ? "any" : list;
  if (list.includes("any") && origins !== "any") {
    throw new InvalidArgumentError('"any" stands alone.');
  }
  checkByLibrary({ origins });
  return origins;
}

function readProxies(text: string): readonly string[] {
  const trustProxy = readList(text);
  checkByLibrary({ trustProxy });
  return trustProxy;
}

/** Origins and proxies are the library's to judge; its sentences name the entry. */
function checkByLibrary(options: Pick<ServeOptions, "origins" | "trustProxy">): void {
  try {
    new SocketServer({ routes: {}, ...options });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** The user name is what stands before the first colon (RFC 7617, section 2). */
function readCredential(text: string): string {
  if (/^[^:]+:/.test(text)) return text;
  throw new InvalidArgumentError("it must be a user name, a colon and a password.");
}
