/**
 * The options of `trunkline bench`: what they are called, what they mean, and one sentence for each way to
 * get them wrong. It touches neither files nor network.
 */
import { InvalidArgumentError, Option } from "commander";
import {
  type ClientSettings,
  handshakeOptions,
  type OptionGroups,
  parseClientLine,
  type RawClientOptions,
  tlsOptions,
  toClientSettings,
} from "../client-options.ts";
import { CommandError } from "../command-error.ts";
import { newCommand, readCount, readCountTo, readSeconds } from "../command-line.ts";
import type { LoadSettings } from "./load.ts";
import { makeMessage } from "./message.ts";

export interface BenchSettings extends ClientSettings, LoadSettings {
  readonly url: URL;
  /** Milliseconds that are measured. */
  readonly duration: number;
  /** Milliseconds before them. */
  readonly warmUp: number;
  /** Processes of the server; undefined: whoever listens on the port, if it is on this machine. */
  readonly pids: readonly number[] | undefined;
  readonly json: boolean;
}

export type ParsedOptions = BenchSettings | { readonly help: string };

/** @throws {CommandError} with exit code 2 */
export function parseBenchOptions(args: readonly string[]): ParsedOptions {
  const command = newCommand("bench")
    .description("Put load on a server that answers each message, and tell what it did.")
    .addHelpText("after", EXAMPLES);
  const parsed = parseClientLine<RawOptions>(command, OPTIONS, args);
  return "help" in parsed ? parsed : toSettings(parsed.url, parsed.raw);
}

interface RawOptions extends RawClientOptions {
  readonly connections: number;
  readonly inFlight?: number;
  readonly rate?: number;
  readonly size?: number;
  readonly message?: string;
  readonly binary?: true;
  readonly duration: number;
  readonly warmUp: number;
  readonly pid?: readonly number[];
  readonly json?: true;
}

function toSettings(url: URL, raw: RawOptions): BenchSettings {
  const { connections, inFlight, rate, size, message, duration, warmUp } = raw;
  refuseBoth("--rate", rate, "--in-flight", inFlight);
  refuseBoth("--message", message, "--size", size);
  return {
    url,
    ...toClientSettings(raw),
    connections,
    inFlight: inFlight ?? 1,
    rate,
    message: makeMessage(message ?? size ?? DEFAULT_SIZE, raw.binary === true),
    duration,
    warmUp,
    pids: raw.pid,
    json: raw.json === true,
  };
}

function refuseBoth(one: string, first: unknown, other: string, second: unknown): void {
  if (first === undefined || second === undefined) return;
  throw new CommandError(2, `${one} and ${other} exclude each other: leave one of them out.`);
}

/** Bytes. */
const DEFAULT_SIZE = 64;

const OPTIONS: OptionGroups = [
  ["Load", loadOptions],
  ["Opening handshake", handshakeOptions],
  ["TLS", tlsOptions],
  ["Results", resultOptions],
];

function loadOptions(): readonly Option[] {
  return [
    new Option("-c, --connections <number>", "connections that are open at the same time")
      .default(100)
      .argParser(readCount),
    new Option(
      "-f, --in-flight <number>",
      "messages of each connection that wait for their answer at a time (default: 1)",
    ).argParser(readCount),
    new Option(
      "-r, --rate <number>",
      "messages a second, of all connections together, whatever the server does; without it, as fast as answers come",
    ).argParser(readCountTo(MOST_A_SECOND)),
    new Option("-n, --size <bytes>", "length of a message (default: 64)").argParser(
      readCountTo(LONGEST),
    ),
    new Option("-m, --message <text>", "what is sent, in place of a filling"),
    new Option("--binary", "send binary messages"),
    new Option("-d, --duration <seconds>", "how long it is measured")
      .default(10_000, "10")
      .argParser(readDuration),
    new Option("--warm-up <seconds>", "how long load is put on before it is measured")
      .default(1000, "1")
      .argParser(readSeconds),
  ];
}

function resultOptions(): readonly Option[] {
  return [
    new Option(
      "--pid <number>",
      "process of the server on this machine, whose CPU and memory are told; may be repeated (default: who listens on the port)",
    ).argParser(addPid),
    new Option("--json", "print the results as JSON"),
  ];
}

const EXAMPLES = `
Examples:
  trunkline bench :9998/echo                        100 connections, one message in flight on each
  trunkline bench :9998/echo -c 1000 -f 16          more of both
  trunkline bench :9998/echo -r 20000               latency at 20,000 messages a second
  trunkline bench wss://localhost/echo -k --json    over TLS, for a script

Exit codes: 0 measured, 1 could not connect, not answered, or connections were lost, 2 wrong command
line.
`;

/** More than any machine sends, and few enough that a loop over those of a second ends. */
const MOST_A_SECOND = 10_000_000;
/** Bytes: about the longest string that Node makes. */
const LONGEST = 500_000_000;

function readDuration(text: string): number {
  const duration = readSeconds(text);
  if (duration > 0) return duration;
  throw new InvalidArgumentError("it must be more than 0 seconds.");
}

function addPid(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, readCount(text)];
}
