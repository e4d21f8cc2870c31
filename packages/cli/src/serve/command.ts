/**
 * `trunkline serve`: handlers from a folder, files from another, the console, until a signal ends it.
 * This file puts the parts together and says what came of it; each part is in a file of its own.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TlsOptions } from "node:tls";
import type { Server } from "trunkline/server";
import { machineClock } from "../clock.ts";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";
import { type Alias, readHandlersMap } from "../handlers/handlers-map.ts";
import { createLog, type Logger, type LogOutput } from "../log.ts";
import { createPageServer } from "../pages/page-server.ts";
import { ProcessPool } from "../processes/process-pool.ts";
import type { CommandContext } from "../run.ts";
import { showPath } from "../show-path.ts";
import { Access } from "./access.ts";
import { createCgi } from "./cgi.ts";
import { readConfigFile } from "./config-file.ts";
import { type ConsolePages, createConsolePages } from "./console-pages.ts";
import { chooseHandlersFolder, requireFolder, requireInner } from "./folders.ts";
import { createHttpAnswers } from "./http-answers.ts";
import { isLocalHost, listen } from "./listening.ts";
import type { LogFile } from "./log-file.ts";
import {
  DEFAULT_CREDENTIAL,
  parseServeOptions,
  readConfigOption,
  type ServeSettings,
} from "./options.ts";
import { openRoutes, type RouteSource, type RoutesOptions } from "./routes.ts";
import { firstSignal, processSignals } from "./signals.ts";
import { describeStart } from "./start-lines.ts";
import { type Answer, createStaticFiles, type StaticFiles } from "./static-files.ts";
import { readAuthorities, readTlsFiles } from "./tls-files.ts";

export async function serveCommand(
  args: readonly string[],
  { stdout, stderr, environment }: CommandContext,
): Promise<number> {
  const chosen = readConfigOption(args);
  const config = chosen === "help" ? undefined : await readConfigFile(chosen.config);
  const settings = parseServeOptions(args, config);
  if ("help" in settings) {
    stdout.write(settings.help);
    return 0;
  }
  const logFile = await chooseLogFile(settings, stderr);
  const output = logFile ?? stderr;
  const isDated = logFile !== undefined;
  const log = createLog({ level: settings.logLevel, output, environment, isDated });
  for (const note of settings.notes) log.info(note);
  const ending = firstSignal(processSignals);
  logStrayErrors(log);
  const pool = new ProcessPool({ limit: settings.maxProcesses, clock: machineClock, log });
  const { server, source, lines } = await start(settings, {
    log,
    pool,
    environment,
    configFile: config?.file,
  });
  stdout.write(lines);
  await ending;
  const open = server.sockets.size;
  if (open > 0) stdout.write(`Closing ${count(open)}; once more ends at once.\n`);
  source.close();
  await server.close();
  await Promise.all([source.stop(), pool.stop()]);
  await logFile?.close();
  return 0;
}

async function chooseLogFile(
  { logFile: path, logMax: maxSize, logCount: count }: ServeSettings,
  fallback: LogOutput,
): Promise<LogFile | undefined> {
  if (path === undefined) return undefined;
  const { openLogFile } = await import("./log-file.ts");
  return openLogFile({ path, maxSize, count, fallback });
}

/**
 * What a handler throws outside its hooks (in a timer, in a promise that nobody awaits) is logged, and
 * the server goes on: one handler's fault is not the others'. The library itself leaves no error here.
 */
function logStrayErrors(log: Logger): void {
  const report = (error: unknown) => log.error("outside a handler's hooks:", error);
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
}

interface Means {
  readonly log: Logger;
  readonly pool: ProcessPool;
  readonly environment: CommandContext["environment"];
  readonly configFile: string | undefined;
}

interface Running {
  readonly server: Server;
  readonly source: RouteSource;
  readonly lines: string;
}

async function start(settings: ServeSettings, means: Means): Promise<Running> {
  const { log, pool, environment } = means;
  const tls = settings.tls ? await readTls(settings) : undefined;
  const handlers = await chooseHandlersFolder(settings.handlers);
  const files = await openFiles(settings, handlers);
  const pages = chooseConsole(settings, log);
  const pageServer = pages && createPageServer();
  const executables = settings.executables ? pool : undefined;
  if (executables && handlers === undefined) {
    log.warn("--executables finds nothing: there is no handlers folder; name one with -w");
  }
  const ours = pageServer?.routes ?? {};
  const access = openAccess(settings, log);
  const source = await openRoutes({
    ...(await readFolderOptions(settings, handlers, log)),
    ...{ root: handlers, log, ours, executables, environment, access },
  });
  const { routes } = source;
  const cgi = openCgi(settings, handlers, { log, pool, environment });
  const answers = createHttpAnswers({ cgi, files, console: pages, pageServer, log });
  const http = access.guardHttp(answers);
  const server = await listen(settings, { routes, logger: log, http, ...(tls && { tls }) });
  source.connect(server);
  const lines = describeStart({
    url: server.url.replace(/^ws/, "http"),
    handlers: handlers === undefined ? undefined : showPath(handlers),
    resources: source.resources,
    documentRoot: settings.documentRoot,
    config: means.configFile,
    logFile: settings.logFile,
    hasConsole: pages?.areBuilt ?? false,
    isLocal: isLocalHost(settings.host),
  });
  return { server, source, lines };
}

function openCgi(
  { documentRoot, cgiPaths }: ServeSettings,
  handlers: string | undefined,
  means: Omit<Means, "configFile">,
): Answer | undefined {
  if (documentRoot === undefined || cgiPaths.length === 0) return undefined;
  const hidden = handlers === undefined ? [] : [handlers];
  return createCgi({ ...means, root: resolve(documentRoot), paths: cgiPaths, hidden });
}

async function readTls(settings: ServeSettings): Promise<TlsOptions> {
  const { privateKey, certificate, clientCertificates, clientCa } = settings;
  const files = await readTlsFiles(privateKey, certificate);
  if (clientCertificates === undefined || clientCa === undefined) return files;
  const rejectUnauthorized = clientCertificates === "required";
  return {
    ...files,
    ca: await readAuthorities(clientCa, "--tls-client-ca"),
    requestCert: true,
    rejectUnauthorized,
  };
}

function openAccess(settings: ServeSettings, log: Logger): Access {
  if (settings.credential === DEFAULT_CREDENTIAL && !isLocalHost(settings.host)) {
    log.warn(
      `everybody knows ${DEFAULT_CREDENTIAL}: choose the password with --basic-auth-credential`,
    );
  }
  return new Access(settings, log);
}

async function readFolderOptions(
  { handlersMap, scanFolder, followsLinksOut, handlerEncoding }: ServeSettings,
  handlers: string | undefined,
  log: Logger,
): Promise<Pick<RoutesOptions, "aliases" | "scan" | "handlerEncoding">> {
  const below = scanFolder === undefined ? undefined : await requireInner(scanFolder, handlers);
  const aliases = handlersMap === undefined ? [] : await readMapFile(handlersMap, log);
  return { aliases, scan: { below, followsLinksOut }, handlerEncoding };
}

async function readMapFile(path: string, log: Logger): Promise<readonly Alias[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const why = describeFileError(cause);
    throw new CommandError(1, `the map file ${path} cannot be read: ${why}`, { cause });
  });
  return readHandlersMap(path, text, log);
}

async function openFiles(
  { documentRoot, cgiPaths }: ServeSettings,
  handlers: string | undefined,
): Promise<StaticFiles | undefined> {
  if (documentRoot === undefined) return undefined;
  const root = await requireFolder(documentRoot, "document root");
  const scripts = cgiPaths.map((path) => join(root, path));
  return createStaticFiles({ root, hidden: handlers ? [handlers, ...scripts] : scripts });
}

function chooseConsole(settings: ServeSettings, log: Logger): ConsolePages | undefined {
  if (!(settings.console ?? isLocalHost(settings.host))) return undefined;
  const pages = createConsolePages();
  if (!pages.areBuilt) log.warn('the console\'s pages are not built: run "npm run build"');
  return pages;
}

function count(connections: number): string {
  return connections === 1 ? "1 connection" : `${connections} connections`;
}
