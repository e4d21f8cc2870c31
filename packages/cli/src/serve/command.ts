/**
 * `trunkline serve`: handlers from a folder, files from another, the console, until a signal ends it.
 * This file puts the parts together and says what came of it; each part is in a file of its own.
 */
import { join, resolve } from "node:path";
import type { Server } from "trunkline/server";
import { machineClock } from "../clock.ts";
import { createLog, type Logger } from "../log.ts";
import { createPageServer } from "../pages/page-server.ts";
import { ProcessPool } from "../processes/process-pool.ts";
import type { CommandContext } from "../run.ts";
import { showPath } from "../show-path.ts";
import { createCgi } from "./cgi.ts";
import { type ConsolePages, createConsolePages } from "./console-pages.ts";
import { chooseHandlersFolder, requireFolder } from "./folders.ts";
import { createHttpAnswers } from "./http-answers.ts";
import { isLocalHost, listen } from "./listening.ts";
import { parseServeOptions, type ServeSettings } from "./options.ts";
import { openRoutes, type RouteSource } from "./routes.ts";
import { firstSignal } from "./signals.ts";
import { describeStart } from "./start-lines.ts";
import { type Answer, createStaticFiles, type StaticFiles } from "./static-files.ts";
import { readTlsFiles } from "./tls-files.ts";

export async function serveCommand(
  args: readonly string[],
  { stdout, stderr, environment }: CommandContext,
): Promise<number> {
  const settings = parseServeOptions(args);
  if ("help" in settings) {
    stdout.write(settings.help);
    return 0;
  }
  const log = createLog({ level: settings.logLevel, output: stderr, environment });
  const ending = firstSignal({
    on: (signal, listener) => process.on(signal, listener),
    exit: (code) => process.exit(code),
    now: () => performance.now(),
  });
  logStrayErrors(log);
  const pool = new ProcessPool({ limit: settings.maxProcesses, clock: machineClock, log });
  const { server, source, lines } = await start(settings, { log, pool, environment });
  stdout.write(lines);
  await ending;
  const open = server.sockets.size;
  if (open > 0) stdout.write(`Closing ${count(open)}; once more ends at once.\n`);
  source.close();
  await server.close();
  await Promise.all([source.stop(), pool.stop()]);
  return 0;
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
}

interface Running {
  readonly server: Server;
  readonly source: RouteSource;
  readonly lines: string;
}

async function start(settings: ServeSettings, { log, pool, environment }: Means): Promise<Running> {
  const tls = settings.tls
    ? await readTlsFiles(settings.privateKey, settings.certificate)
    : undefined;
  const handlers = await chooseHandlersFolder(settings.handlers);
  const files = await openFiles(settings, handlers);
  const pages = chooseConsole(settings, log);
  const pageServer = pages && createPageServer();
  const executables = settings.executables ? pool : undefined;
  if (executables && handlers === undefined) {
    log.warn("--executables finds nothing: there is no handlers folder; name one with -w");
  }
  const ours = pageServer?.routes ?? {};
  const source = await openRoutes({ root: handlers, log, ours, executables, environment });
  const { routes } = source;
  const cgi = openCgi(settings, handlers, { log, pool, environment });
  const http = createHttpAnswers({ cgi, files, console: pages, pageServer, log });
  const server = await listen(settings, { routes, logger: log, http, ...(tls && { tls }) });
  source.connect(server);
  const lines = describeStart({
    url: server.url.replace(/^ws/, "http"),
    handlers: handlers === undefined ? undefined : showPath(handlers),
    resources: source.resources,
    documentRoot: settings.documentRoot,
    hasConsole: pages?.areBuilt ?? false,
    isLocal: isLocalHost(settings.host),
  });
  return { server, source, lines };
}

function openCgi(
  { documentRoot, cgiPaths }: ServeSettings,
  handlers: string | undefined,
  means: Means,
): Answer | undefined {
  if (documentRoot === undefined || cgiPaths.length === 0) return undefined;
  const hidden = handlers === undefined ? [] : [handlers];
  return createCgi({ ...means, root: resolve(documentRoot), paths: cgiPaths, hidden });
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
