/**
 * The options of `trunkline connect`: what they are called, what they mean, and one sentence for each
 * way to get them wrong. It touches neither files nor network.
 */
import { Option } from "commander";
import {
  type ClientSettings,
  handshakeOptions,
  type OptionGroups,
  parseClientLine,
  type RawClientOptions,
  tlsOptions,
  toClientSettings,
} from "../client-options.ts";
import { newCommand, readCount, readSeconds } from "../command-line.ts";

export interface ConnectSettings extends ClientSettings {
  readonly url: URL;
  /** Bytes; undefined: the client's default. */
  readonly maxMessageSize: number | undefined;
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
    .addHelpText("after", EXAMPLES);
  const parsed = parseClientLine<RawOptions>(command, OPTIONS, args);
  return "help" in parsed ? parsed : toSettings(parsed.url, parsed.raw);
}

interface RawOptions extends RawClientOptions {
  readonly maxMessageSize?: number;
  readonly execute?: readonly string[];
  readonly wait?: number;
  readonly binary?: true;
  readonly json: boolean;
}

function toSettings(url: URL, raw: RawOptions): ConnectSettings {
  return {
    url,
    ...toClientSettings(raw),
    maxMessageSize: raw.maxMessageSize,
    execute: raw.execute,
    wait: raw.wait,
    binary: raw.binary === true,
    json: raw.json,
  };
}

const OPTIONS: OptionGroups = [
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

function readWait(text: string): number {
  return text === "forever" ? Number.POSITIVE_INFINITY : readSeconds(text);
}

function addText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
