/**
 * The options of `trunkline connect`: what they are called, what they mean, and one sentence for each
 * way to get them wrong. It touches neither files nor network.
 */
import { InvalidArgumentError, Option } from "commander";
import { newCommand, parseLine, readCount, readSeconds } from "../command-line.ts";
import { readAddress } from "./address.ts";

export interface ConnectSettings {
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly protocols: readonly string[];
  readonly compression: boolean;
  /** Bytes; undefined: the client's default. */
  readonly maxMessageSize: number | undefined;
  /** Milliseconds for the opening handshake. */
  readonly timeout: number;
  readonly insecure: boolean;
  /** A file with certificates, PEM. */
  readonly ca: string | undefined;
  /** Undefined: lines come from standard input. */
  readonly execute: readonly string[] | undefined;
  /** Milliseconds, or for ever; undefined: until all is answered. */
  readonly wait: number | undefined;
  readonly binary: boolean;
  /** Whether a terminal shows JSON on lines of its own. */
  readonly json: boolean;
}

export type ParsedOptions = ConnectSettings | { readonly help: string };

/** @throws {CommandError} with exit code 2 */
export function parseConnectOptions(args: readonly string[]): ParsedOptions {
  const command = newCommand("connect")
    .description("Talk to a WebSocket from a terminal, from a script or from a pipe.")
    .argument("<url>", "ws:// or wss://; localhost:9998/echo and :9998/echo will do", readUrl);
  for (const [group, options] of OPTIONS) {
    for (const option of options()) command.addOption(option.helpGroup(`${group}:`));
  }
  const help = parseLine(command.addHelpText("after", EXAMPLES), args);
  if (help !== undefined) return { help };
  // readUrl is what made the argument.
  return toSettings(command.processedArgs[0] as URL, command.opts<RawOptions>());
}

interface RawOptions {
  readonly header: readonly (readonly [string, string])[];
  readonly protocol: readonly string[];
  readonly origin?: string;
  readonly cookie: readonly string[];
  readonly compression: boolean;
  readonly maxMessageSize?: number;
  readonly timeout: number;
  readonly insecure?: true;
  readonly ca?: string;
  readonly execute?: readonly string[];
  readonly wait?: number;
  readonly binary?: true;
  readonly json: boolean;
}

function toSettings(url: URL, raw: RawOptions): ConnectSettings {
  const headers = [...raw.header];
  if (raw.origin !== undefined) headers.push(["Origin", raw.origin]);
  if (raw.cookie.length > 0) headers.push(["Cookie", raw.cookie.join("; ")]);
  return {
    url,
    headers,
    protocols: raw.protocol,
    compression: raw.compression,
    maxMessageSize: raw.maxMessageSize,
    timeout: raw.timeout,
    insecure: raw.insecure === true,
    ca: raw.ca,
    execute: raw.execute,
    wait: raw.wait,
    binary: raw.binary === true,
    json: raw.json,
  };
}

const OPTIONS: readonly (readonly [string, () => readonly Option[]])[] = [
  ["What is sent", sendingOptions],
  ["Opening handshake", handshakeOptions],
  ["TLS", tlsOptions],
  ["Messages", messageOptions],
];

function sendingOptions(): readonly Option[] {
  return [
    new Option(
      "-x, --execute <line>",
      "take this line as if it were typed, wait for its answer, and end; may be repeated",
    ).argParser(addText),
    new Option(
      "-w, --wait <seconds>",
      'listen so long after a line of --execute, or the end of a pipe, instead of until it is answered; "forever" until the server closes',
    ).argParser(readWait),
    new Option(
      "--binary",
      "send binary messages: of each line, of a file, or one of all that a pipe brings",
    ),
  ];
}

function handshakeOptions(): readonly Option[] {
  return [
    new Option("-H, --header <line>", 'a header, "Name: value"; may be repeated')
      .default([], "none")
      .argParser(addHeader),
    new Option("-s, --protocol <list>", "subprotocols to offer, comma-separated")
      .default([], "none")
      .argParser(addNames),
    new Option("-o, --origin <origin>", "the Origin header, as a page of that origin sends it"),
    new Option("--cookie <pair>", '"name=value"; may be repeated')
      .default([], "none")
      .argParser(addText),
    new Option("--no-compression", "do not offer permessage-deflate"),
    new Option("--timeout <seconds>", "how long the connection may take to open; 0 waits for ever")
      .default(10_000, "10")
      .argParser(readSeconds),
  ];
}

function tlsOptions(): readonly Option[] {
  return [
    new Option("-k, --insecure", "accept any certificate"),
    new Option("--ca <file>", "certificates to trust in place of the usual ones, PEM"),
  ];
}

function messageOptions(): readonly Option[] {
  return [
    new Option(
      "--max-message-size <bytes>",
      "close with 1009 on a longer message (default: 16777216)",
    ).argParser(readCount),
    new Option("--no-json", "on a terminal, show JSON as it came"),
  ];
}

const EXAMPLES = `
Examples:
  trunkline connect localhost:9998/echo             at a terminal: type, read, /help
  trunkline connect :9998/echo -x hello             send, print the answer, end
  echo hello | trunkline connect :9998/echo         the same from a pipe
  trunkline connect :9998/feed -w forever           print what comes until the server closes

Exit codes: 0 closed cleanly, 1 could not connect, 2 wrong command line or input, 3 closed with an
error, 4 not answered.
`;

function readUrl(text: string): URL {
  try {
    return readAddress(text);
  } catch (error) {
    throw new InvalidArgumentError((error as TypeError).message); // readAddress throws nothing else
  }
}

function readWait(text: string): number {
  return text === "forever" ? Number.POSITIVE_INFINITY : readSeconds(text);
}

function addText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function addNames(text: string, before: readonly string[]): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...before, ...names.filter((name) => name !== "")];
}

function addHeader(
  line: string,
  before: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new InvalidArgumentError('it must be "Name: value".');
  return [...before, [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
}
