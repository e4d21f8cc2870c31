/**
 * The options of `trunkline serve` together: the command line, over the configuration file, over the
 * defaults; and one sentence for each way to get them wrong. It touches neither files nor network.
 *
 * The long names are pywebsocket's own where it has the option, also with underscores, so that a
 * line written for its `standalone.py` works.
 */
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { newCommand, parseLine } from "../command-line.ts";
import type { Level } from "../log.ts";
import { applyConfig, type ConfigFile } from "./config-values.ts";
import { ALIASES, OPTION_GROUPS, WITHOUT_EFFECT } from "./option-list.ts";

export interface ServeSettings {
  readonly port: number;
  /** Undefined: loopback, both address families. */
  readonly host: string | undefined;
  /** Undefined: `./handlers` if it is there, else the built-in echo. */
  readonly handlers: string | undefined;
  readonly documentRoot: string | undefined;
  /** The file of `-m`. */
  readonly handlersMap: string | undefined;
  /** Handlers are looked for here only. */
  readonly scanFolder: string | undefined;
  /** Whether links may lead out of the handlers folder. */
  readonly followsLinksOut: boolean;
  /** Of Python handlers; undefined: each says its own. */
  readonly handlerEncoding: string | undefined;
  /** Whether executable files of the handlers folder are handlers. */
  readonly executables: boolean;
  /** Folders of the document root whose executables answer HTTP requests. */
  readonly cgiPaths: readonly string[];
  /** Processes of executables and of CGI at one time. */
  readonly maxProcesses: number;
  readonly origins: readonly string[] | "any" | undefined;
  readonly trustProxy: readonly string[] | undefined;
  /** Milliseconds between pings; 0 sends none. */
  readonly heartbeat: number;
  /** "user:password" that everybody is asked for. */
  readonly credential: string | undefined;
  readonly validationHost: string | undefined;
  readonly validationPort: number | undefined;
  /** Undefined: Node's own. */
  readonly backlog: number | undefined;
  readonly tls: boolean;
  readonly privateKey: string | undefined;
  readonly certificate: string | undefined;
  /** Whether clients must have a certificate, or may. */
  readonly clientCertificates: "required" | "optional" | undefined;
  readonly clientCa: string | undefined;
  readonly logFile: string | undefined;
  readonly logLevel: Level;
  /** Bytes, and how many older files are kept; 0 of either: one file without end. */
  readonly logMax: number;
  readonly logCount: number;
  /** Undefined: on a loopback host only. */
  readonly console: boolean | undefined;
  /** Sentences about options that were given and do nothing. */
  readonly notes: readonly string[];
}

export const DEFAULT_CREDENTIAL = "test:test";

export type ParsedOptions = ServeSettings | { readonly help: string };

/** @throws {CommandError} with exit code 2 */
export function parseServeOptions(args: readonly string[], config?: ConfigFile): ParsedOptions {
  const command = makeCommand();
  if (config) applyConfig(command, config);
  const help = parse(command, args);
  if (help !== undefined) return { help };
  return checkSettings(command.opts<RawOptions>(), describeNotes(command));
}

/**
 * The file that `--config` names, before the options are judged together; help needs none.
 * @throws {CommandError} with exit code 2
 */
export function readConfigOption(
  args: readonly string[],
): "help" | { readonly config: string | undefined } {
  const command = makeCommand();
  const help = parse(command, args);
  return help === undefined ? { config: command.opts<RawOptions>().config } : "help";
}

function parse(command: Command, args: readonly string[]): string | undefined {
  return parseLine(command, args.map(normaliseName), Object.keys(ALIASES));
}

interface RawOptions {
  readonly port: number;
  readonly host?: string;
  readonly handlers?: string;
  readonly documentRoot?: string;
  readonly config?: string;
  readonly websockHandlersMapFile?: string;
  readonly scanDir?: string;
  readonly allowHandlersOutsideRootDir?: boolean;
  readonly handlerEncoding?: string;
  readonly executables?: boolean;
  readonly cgiPaths?: readonly string[];
  readonly maxProcesses: number;
  readonly origins?: readonly string[] | "any";
  readonly trustProxy?: readonly string[];
  readonly heartbeat: number;
  readonly basicAuth?: boolean;
  readonly basicAuthCredential?: string;
  readonly validationHost?: string;
  readonly validationPort?: number;
  readonly queue?: number;
  readonly tls?: boolean;
  readonly privateKey?: string;
  readonly certificate?: string;
  readonly tlsClientAuth?: boolean;
  readonly tlsClientCertOptional?: boolean;
  readonly tlsClientCa?: string;
  readonly logFile?: string;
  readonly logLevel: Level;
  readonly logMax: number;
  readonly logCount: number;
  readonly console?: boolean;
}

function makeCommand(): Command {
  const command = newCommand("serve")
    .usage("[options]")
    .description("Serve the handlers of a folder, each file a WebSocket resource.");
  for (const [group, options] of OPTION_GROUPS) {
    for (const option of options()) command.addOption(option.helpGroup(`${group}:`));
  }
  return command.addHelpText("after", EXAMPLES);
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

function describeNotes(command: Command): readonly string[] {
  const given = command.options.filter(
    (option) => command.getOptionValue(option.attributeName()) !== undefined,
  );
  return given.flatMap(({ long = "" }) =>
    WITHOUT_EFFECT[long] === undefined ? [] : [`${long} does nothing: ${WITHOUT_EFFECT[long]}`],
  );
}

function checkSettings(raw: RawOptions, notes: readonly string[]): ServeSettings {
  const { host, documentRoot, origins, trustProxy } = raw;
  if (raw.cgiPaths && documentRoot === undefined) {
    throw new CommandError(2, "-x names folders of the document root: add -d");
  }
  checkTls(raw);
  if (raw.basicAuthCredential !== undefined && !raw.basicAuth) {
    throw new CommandError(2, "--basic-auth-credential is for --basic-auth: add it");
  }
  return {
    port: raw.port,
    host,
    handlers: raw.handlers,
    documentRoot,
    handlersMap: raw.websockHandlersMapFile,
    scanFolder: raw.scanDir,
    followsLinksOut: raw.allowHandlersOutsideRootDir === true,
    handlerEncoding: raw.handlerEncoding,
    executables: raw.executables === true,
    cgiPaths: raw.cgiPaths ?? [],
    maxProcesses: raw.maxProcesses,
    origins,
    trustProxy,
    heartbeat: raw.heartbeat,
    credential: raw.basicAuth ? (raw.basicAuthCredential ?? DEFAULT_CREDENTIAL) : undefined,
    validationHost: raw.validationHost,
    validationPort: raw.validationPort,
    backlog: raw.queue,
    tls: raw.tls === true,
    privateKey: raw.privateKey,
    certificate: raw.certificate,
    clientCertificates: wantedCertificates(raw),
    clientCa: raw.tlsClientCa,
    logFile: raw.logFile,
    logLevel: raw.logLevel,
    logMax: raw.logMax,
    logCount: raw.logCount,
    console: raw.console,
    notes,
  };
}

function wantedCertificates(raw: RawOptions): ServeSettings["clientCertificates"] {
  if (!raw.tlsClientAuth) return undefined;
  return raw.tlsClientCertOptional ? "optional" : "required";
}

function checkTls(raw: RawOptions): void {
  const fault = findTlsFault(raw);
  if (fault !== undefined) throw new CommandError(2, fault);
}

function findTlsFault(raw: RawOptions): string | undefined {
  const { tls, privateKey, certificate, tlsClientAuth, tlsClientCa, tlsClientCertOptional } = raw;
  if (!tls && (privateKey ?? certificate) !== undefined) {
    return "-k and -c are for TLS: add -t, or leave them out";
  }
  if (!tls && tlsClientAuth) return "--tls-client-auth is for TLS: add -t, or leave it out";
  if (!tlsClientAuth && (tlsClientCa !== undefined || tlsClientCertOptional)) {
    return "--tls-client-ca and --tls-client-cert-optional are for --tls-client-auth: add it";
  }
  // Without it Node would believe every authority that browsers do: anybody can buy such a certificate.
  if (!tlsClientAuth || tlsClientCa !== undefined) return undefined;
  return "--tls-client-auth needs the certificate of who signs the clients' (--tls-client-ca)";
}
