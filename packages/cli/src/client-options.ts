/** The options of the commands that open connections: what they are called, and what the client makes of them. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { WebSocketOptions } from "trunkline/client";
import { parseLine, readList, readSeconds } from "./command-line.ts";
import { readAddress } from "./connect/address.ts";
import { readAuthorities } from "./serve/tls-files.ts";

export interface ClientSettings {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly protocols: readonly string[];
  readonly compression: boolean;
  /** Milliseconds for the opening handshake. */
  readonly timeout: number;
  readonly insecure: boolean;
  /** A file with certificates, PEM. */
  readonly ca: string | undefined;
}

export interface RawClientOptions {
  readonly header: readonly (readonly [string, string])[];
  readonly protocol: readonly string[];
  readonly origin?: string;
  readonly cookie: readonly string[];
  readonly compression: boolean;
  readonly timeout: number;
  readonly insecure?: true;
  readonly ca?: string;
}

/** Options under the headings of a help. */
export type OptionGroups = readonly (readonly [
  heading: string,
  options: () => readonly Option[],
])[];

/**
 * Reads the line of a command whose one argument is an address; `Raw` is what its options make.
 * @throws {CommandError} with exit code 2
 */
export function parseClientLine<Raw extends RawClientOptions>(
  command: Command,
  groups: OptionGroups,
  args: readonly string[],
): { readonly url: URL; readonly raw: Raw } | { readonly help: string } {
  command.argument("<url>", "ws:// or wss://; localhost:9998/echo and :9998/echo will do", readUrl);
  for (const [heading, options] of groups) {
    for (const option of options()) command.addOption(option.helpGroup(`${heading}:`));
  }
  const help = parseLine(command, args);
  if (help !== undefined) return { help };
  // readUrl is what made the argument.
  return { url: command.processedArgs[0] as URL, raw: command.opts<Raw>() };
}

export function toClientSettings(raw: RawClientOptions): ClientSettings {
  const headers = [...raw.header];
  if (raw.origin !== undefined) headers.push(["Origin", raw.origin]);
  if (raw.cookie.length > 0) headers.push(["Cookie", raw.cookie.join("; ")]);
  return {
    headers,
    protocols: raw.protocol,
    compression: raw.compression,
    timeout: raw.timeout,
    insecure: raw.insecure === true,
    ca: raw.ca,
  };
}

/** @throws {CommandError} with exit code 1 for certificates that cannot be read */
export async function readClientOptions(settings: ClientSettings): Promise<WebSocketOptions> {
  const { ca } = settings;
  return {
    protocols: settings.protocols,
    headers: settings.headers,
    perMessageDeflate: settings.compression,
    handshakeTimeout: settings.timeout,
    tls: {
      rejectUnauthorized: !settings.insecure,
      ...(ca !== undefined && { ca: await readAuthorities(ca, "--ca") }),
    },
  };
}

export function handshakeOptions(): readonly Option[] {
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
      .argParser(addCookie),
    new Option("--no-compression", "do not offer permessage-deflate"),
    new Option("--timeout <seconds>", "how long the connection may take to open; 0 waits for ever")
      .default(10_000, "10")
      .argParser(readSeconds),
  ];
}

export function tlsOptions(): readonly Option[] {
  return [
    new Option("-k, --insecure", "accept any certificate"),
    new Option("--ca <file>", "certificates to trust in place of the usual ones, PEM"),
  ];
}

export function readUrl(text: string): URL {
  try {
    return readAddress(text);
  } catch (error) {
    throw new InvalidArgumentError((error as TypeError).message); // readAddress throws nothing else
  }
}

function addNames(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...readList(text)];
}

function addCookie(pair: string, before: readonly string[]): readonly string[] {
  if (pair.indexOf("=") < 1) throw new InvalidArgumentError('it must be "name=value".');
  return [...before, pair];
}

function addHeader(
  line: string,
  before: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new InvalidArgumentError('it must be "Name: value".');
  return [...before, [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
}
