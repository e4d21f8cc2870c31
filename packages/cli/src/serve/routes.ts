/**
 * Where the server's routes come from: a handlers folder that is followed, or the built-in echo; and
 * those of the console's pages, which no folder can take the place of.
 * The folder's loader knows nothing of the library; what it loads is checked here before it is served.
 */
import { type ServeOptions, type Server, SocketServer } from "trunkline/server";
import { machineClock } from "../clock.ts";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";
import type { ScanOptions } from "../handlers/folder-scan.ts";
import type { HandlerRoutes } from "../handlers/handler-table.ts";
import { type Alias, applyAliases } from "../handlers/handlers-map.ts";
import type { Logger } from "../log.ts";
import type { ProcessPool } from "../processes/process-pool.ts";
import type { Access } from "./access.ts";
import { BUILT_IN_ECHO } from "./built-in-echo.ts";

export type Routes = ServeOptions["routes"];

export interface RouteSource {
  readonly routes: Routes;
  /** The paths of the user's own routes. */
  readonly resources: readonly string[];
  /** From now on the server gets the routes as they change. */
  connect(server: Server): void;
  /** Follows the folder no longer. */
  close(): void;
  /** Ends what runs handlers beside this process. To be called when no socket is left. */
  stop(): Promise<void>;
}

export interface RoutesOptions {
  /** The handlers folder; undefined for the built-in echo. */
  readonly root: string | undefined;
  readonly scan: Pick<ScanOptions, "below" | "followsLinksOut">;
  readonly log: Logger;
  /** Handlers under more paths. */
  readonly aliases: readonly Alias[];
  /** Stands before every route. */
  readonly access: Access;
  /** Added to whatever the folder has. */
  readonly ours: Routes;
  /** Of Python handlers; undefined: each says its own. */
  readonly handlerEncoding: string | undefined;
  /** Where the processes of executables run; undefined: there are none. */
  readonly executables: ProcessPool | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function openRoutes(options: RoutesOptions): Promise<RouteSource> {
  const { root, log, ours, aliases, access } = options;
  const compose = (found: Routes | HandlerRoutes): Routes => {
    const theirs = applyAliases(found as Routes, aliases); // each was checked
    return access.guardRoutes({ ...theirs, ...ours });
  };
  if (root === undefined) return withBuiltIn(options, compose);
  let server: Server | undefined;
  const onRoutes = (routes: HandlerRoutes) => setRoutes(server, compose(routes), log);
  const { folder, worker } = await openFolder(root, options, onRoutes);
  return {
    get routes() {
      return compose(folder.routes);
    },
    resources: resourcesOf(folder.routes, options),
    connect(listening) {
      server = listening;
      // There may have been a save between the load and the listening.
      setRoutes(server, compose(folder.routes), log);
    },
    close: () => folder.close(),
    stop: () => worker.stop(),
  };
}

function withBuiltIn(options: RoutesOptions, compose: (routes: Routes) => Routes): RouteSource {
  const found = { "/echo": BUILT_IN_ECHO };
  return {
    routes: compose(found),
    resources: resourcesOf(found, options),
    connect() {},
    close() {},
    async stop() {},
  };
}

/** Tells of aliases that mean nothing at the start; later a handler may come. */
function resourcesOf(found: HandlerRoutes, { aliases, log }: RoutesOptions): readonly string[] {
  return Object.keys(applyAliases(found, aliases, (line) => log.error(line))).sort();
}

/** The compilers and the watcher are loaded only where there is a folder. */
async function openFolder(
  root: string,
  { log, scan, handlerEncoding: encoding, executables, environment }: RoutesOptions,
  onRoutes: (routes: HandlerRoutes) => void,
) {
  const [{ openHandlerFolder }, { PythonHandlers, PythonWorker }, { ExecutableHandlers }] =
    await Promise.all([
      import("../handlers/handler-folder.ts"),
      import("../handlers/python/index.ts"),
      import("../handlers/executables/executable-handlers.ts"),
    ]);
  // It starts no process before a Python handler is found.
  const worker = new PythonWorker({ clock: machineClock, log, environment, encoding });
  const foreign = {
    python: new PythonHandlers(worker, root, log),
    ...(executables && { executable: new ExecutableHandlers(executables, environment) }),
  };
  try {
    const options = { root, log, scan, onRoutes, foreign, check: checkHandler };
    return { folder: await openHandlerFolder(options), worker };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const why = describeFileError(error);
    throw new CommandError(1, `the handlers folder ${root} cannot be read: ${why}`);
  }
}

/** Throws when the library would not take the handler. */
function checkHandler(resource: string, handler: object): void {
  new SocketServer({ routes: { [resource]: handler } as Routes }); // it throws where this is wrong
}

function setRoutes(server: Server | undefined, routes: Routes, log: Logger): void {
  try {
    server?.setRoutes(routes);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
  }
}
