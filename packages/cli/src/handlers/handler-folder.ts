/**
 * A folder of handler files as a set of routes that follows the folder: a save reloads the handler,
 * a new file adds a resource, a removed one takes its resource away. At each change the folder is
 * looked at as a whole, and only what differs is loaded.
 *
 * This file does not know the server: routes go out through `onRoutes`, faults through the log.
 */
import { dirname, resolve } from "node:path";
import type { Logger } from "../log.ts";
import { showPath } from "../show-path.ts";
import { type FolderScan, type NameProblem, type ScanOptions, scanFolder } from "./folder-scan.ts";
import { FolderWatch } from "./folder-watch.ts";
import type { ForeignLoaders } from "./foreign-loader.ts";
import type { LoadedHandler } from "./handler-shape.ts";
import { type HandlerRoutes, HandlerTable } from "./handler-table.ts";
import { ModuleLoader } from "./module-loader.ts";
import type { HandlerKind } from "./resource.ts";

export interface HandlerFolderOptions {
  readonly root: string;
  readonly log: Logger;
  /** Where handlers are looked for, when not in all of it. */
  readonly scan?: Pick<ScanOptions, "below" | "followsLinksOut">;
  /** Who loads what is no module; without it only modules are looked for. */
  readonly foreign?: ForeignLoaders;
  /** Called with all routes whenever one of them changed after the start. */
  onRoutes(routes: HandlerRoutes): void;
  /** Throws when the library would not take this handler. */
  check?(resource: string, handler: LoadedHandler): void;
  /** Settles when the start should go on without handlers that are still loading. */
  patience?(): Promise<void>;
}

export interface HandlerFolder {
  /** As they are now; what is broken answers 503. */
  readonly routes: HandlerRoutes;
  /** Looks for changes now, without waiting for the system to tell of one. */
  look(): Promise<void>;
  close(): void;
}

/** Rejects when the folder cannot be read. */
export async function openHandlerFolder(options: HandlerFolderOptions): Promise<HandlerFolder> {
  const folder = new FollowedFolder(options);
  await folder.start();
  return folder;
}

/** Milliseconds until the start goes on without a handler that is still loading. */
const PATIENCE = 5_000;

class FollowedFolder implements HandlerFolder {
  readonly #root: string;
  readonly #options: HandlerFolderOptions;
  readonly #loader: ModuleLoader;
  readonly #table: HandlerTable;
  readonly #watch: FolderWatch;
  readonly #scanOptions: ScanOptions;
  #reported: ReadonlySet<string> = new Set();
  #looking: Promise<void> | undefined;
  #isLookDue = false;
  #isClosed = false;

  constructor(options: HandlerFolderOptions) {
    const { log, check, foreign = {} } = options;
    this.#root = resolve(options.root);
    this.#options = options;
    const kinds: ReadonlySet<HandlerKind> = new Set(["module", ...kindsOf(foreign)]);
    this.#scanOptions = { ...options.scan, kinds };
    this.#watch = new FolderWatch({
      onChange: () => this.look(),
      onError: (error) => log.warn(`saves may go unnoticed: ${describeWatchError(error)}`),
    });
    this.#loader = new ModuleLoader((path) => this.#watch.add(dirname(path)));
    const onChange = () => options.onRoutes(this.routes);
    this.#table = new HandlerTable({
      loader: this.#loader,
      foreign,
      log,
      onChange,
      ...(check && { check }),
    });
  }

  get routes(): HandlerRoutes {
    return this.#table.routes;
  }

  async start(): Promise<void> {
    const loads = await this.#take(await scanFolder(this.#root, this.#scanOptions));
    await this.#wait(Promise.all(loads));
    for (const { path, resource } of this.#table.pending) {
      const slow = "is still loading (a top-level await that does not settle?)";
      this.#options.log.warn(`${showPath(path)} ${slow}; ${resource} answers 503 until it has`);
    }
    this.#table.start();
  }

  async look(): Promise<void> {
    this.#isLookDue = true;
    this.#looking ??= this.#lookUntilStill();
    await this.#looking;
  }

  close(): void {
    this.#isClosed = true;
    this.#watch.close();
  }

  async #wait(loads: Promise<unknown>): Promise<void> {
    if (this.#options.patience)
      return Promise.race([loads.then(() => {}), this.#options.patience()]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE);
    });
    await Promise.race([loads, patience]);
    clearTimeout(timer);
  }

  /** A change during a look is seen by the next. */
  async #lookUntilStill(): Promise<void> {
    while (this.#isLookDue && !this.#isClosed) {
      this.#isLookDue = false;
      const scan = await this.#scan();
      if (scan) await this.#take(scan);
    }
    this.#looking = undefined;
  }

  /** Undefined when the folder is there and cannot be read now: then all stays as it is. */
  async #scan(): Promise<FolderScan | undefined> {
    try {
      return await scanFolder(this.#root, this.#scanOptions);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      const { below: folder = this.#root } = this.#scanOptions;
      const problem = { path: folder, message: `cannot be read: ${error.message}` };
      if (error.code !== "ENOENT" && error.code !== "ENOTDIR") return this.#report([problem]);
      const gone = { path: folder, message: "is gone; it is looked for until it comes back" };
      // Its parent is watched meanwhile, so that a folder that comes back is found.
      return { files: [], problems: [gone], folders: [dirname(folder)] };
    }
  }

  async #take(scan: FolderScan): Promise<readonly Promise<void>[]> {
    this.#report(scan.problems);
    this.#watch.update(new Set([...scan.folders, ...[...this.#table.files].map(dirname)]));
    return this.#table.update(scan.files, await this.#loader.graph.changedFiles());
  }

  #report(problems: readonly NameProblem[]): undefined {
    const lines = new Set(problems.map(({ path, message }) => `${showPath(path)} ${message}`));
    for (const line of lines) if (!this.#reported.has(line)) this.#options.log.error(line);
    this.#reported = lines;
  }
}

function kindsOf(foreign: ForeignLoaders): readonly (keyof ForeignLoaders)[] {
  return (["python", "executable"] as const).filter((kind) => foreign[kind] !== undefined);
}

function describeWatchError(error: NodeJS.ErrnoException): string {
  if (error.code !== "ENOSPC" && error.code !== "EMFILE") return error.message;
  return "the system's limit of watched folders is reached (on Linux: fs.inotify.max_user_watches and max_user_instances)";
}
