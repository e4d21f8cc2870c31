/**
 * The handlers of a folder, by file: loads them, keeps the last good version of each, and says in the
 * log what became of a save. It does not look at the folder (`handler-folder.ts` does) and does not
 * know the server.
 *
 * - A handler that never loaded answers 503 until its file is mended.
 * - A handler that loaded once goes on with its last good version while its file is broken.
 * - One handler's fault never touches another's.
 */
import { readFile } from "node:fs/promises";
import type { Logger } from "../log.ts";
import { showPath } from "../show-path.ts";
import type { HandlerFile } from "./folder-scan.ts";
import type { ForeignLoaders } from "./foreign-loader.ts";
import { checkExports, type LoadedHandler } from "./handler-shape.ts";
import { LoadProblem, showPlace } from "./load-problem.ts";
import type { ModuleLoader } from "./module-loader.ts";

export type HandlerRoutes = Readonly<Record<string, LoadedHandler>>;

export interface HandlerTableOptions {
  readonly loader: ModuleLoader;
  /** Who loads what is no module. */
  readonly foreign?: ForeignLoaders;
  readonly log: Logger;
  /** The routes are others now. */
  onChange(): void;
  /** Throws when the library would not take this handler. */
  check?(resource: string, handler: LoadedHandler): void;
}

interface Entry {
  readonly file: HandlerFile;
  /** The last good version. */
  handler: LoadedHandler | undefined;
  state: "loading" | "loaded" | "broken";
  /** Counts loads, so that one overtaken by a newer save is dropped. */
  attempt: number;
  /** Files whose change concerns this handler, from its last load. */
  files: ReadonlySet<string>;
}

export class HandlerTable {
  readonly #entries = new Map<string, Entry>();
  readonly #options: HandlerTableOptions;
  #isStarted = false;

  constructor(options: HandlerTableOptions) {
    this.#options = options;
  }

  get routes(): HandlerRoutes {
    const all = [...this.#entries.values()];
    return Object.fromEntries(
      all.map(({ file, handler }) => [file.resource, handler ?? UNAVAILABLE]),
    );
  }

  /** Every local file that a handler was made from. */
  get files(): ReadonlySet<string> {
    return new Set([...this.#entries.values()].flatMap((entry) => [...this.#filesOf(entry)]));
  }

  /** Handlers whose load has not settled, and that have no good version. */
  get pending(): readonly HandlerFile[] {
    const all = [...this.#entries.values()];
    return all
      .filter(({ state, handler }) => state === "loading" && !handler)
      .map(({ file }) => file);
  }

  /** From now on each change is told. */
  start(): void {
    this.#isStarted = true;
  }

  /** Takes the folder as it is now; the promises settle as the loads that this began end. */
  update(files: readonly HandlerFile[], changed: ReadonlySet<string>): readonly Promise<void>[] {
    const { graph } = this.#options.loader;
    const removed = this.#remove(files);
    const touched = [...this.#entries.values()].filter((entry) =>
      [...this.#filesOf(entry)].some((file) => changed.has(file)),
    );
    graph.invalidate(changed);
    const added = this.#add(files);
    graph.prune(this.files);
    const loads = [...touched, ...added].map((entry) => this.#load(entry));
    if (removed.length + added.length > 0) this.#tell();
    return loads;
  }

  #remove(files: readonly HandlerFile[]): readonly Entry[] {
    const present = new Set(files.map(({ path }) => path));
    const removed = [...this.#entries.values()].filter(({ file }) => !present.has(file.path));
    for (const entry of removed) {
      entry.attempt++;
      this.#entries.delete(entry.file.path);
      this.#options.log.info(`${entry.file.resource} is gone with ${showPath(entry.file.path)}`);
    }
    return removed;
  }

  #add(files: readonly HandlerFile[]): readonly Entry[] {
    const added: Entry[] = [];
    for (const file of files) {
      if (this.#entries.has(file.path)) continue;
      const entry: Entry = {
        file,
        handler: undefined,
        state: "loading",
        attempt: 0,
        files: new Set([file.path]),
      };
      this.#entries.set(file.path, entry);
      added.push(entry);
    }
    return added;
  }

  /** Settles without a value whatever becomes of the load. */
  async #load(entry: Entry): Promise<void> {
    const attempt = ++entry.attempt;
    entry.state = "loading";
    const outcome = await this.#tryLoad(entry.file);
    if (attempt !== entry.attempt) return;
    entry.files = this.#options.loader.graph.filesOf(entry.file.path);
    if (outcome instanceof LoadProblem) this.#reject(entry, outcome);
    else this.#accept(entry, outcome);
  }

  async #tryLoad(file: HandlerFile): Promise<LoadedHandler | LoadProblem> {
    const { path, resource, kind } = file;
    try {
      if (kind !== "module") return await this.#loadForeign(file, kind);
      const checked = checkExports(await this.#options.loader.load(path));
      if ("fault" in checked) return await placeShape(path, checked.fault);
      const fault = this.#faultOf(resource, checked.handler);
      return fault === undefined ? checked.handler : await placeShape(path, fault);
    } catch (error) {
      if (error instanceof LoadProblem) return error;
      throw error;
    }
  }

  async #loadForeign(file: HandlerFile, kind: keyof ForeignLoaders): Promise<LoadedHandler> {
    const { loader, foreign } = this.#options;
    await loader.follow(file.path, []);
    const loaded = await foreign?.[kind]?.load(file);
    if (!loaded) throw new LoadProblem({ file: file.path }, "nobody here runs such files");
    await loader.follow(file.path, loaded.files);
    return loaded.handler;
  }

  #faultOf(resource: string, handler: LoadedHandler): string | undefined {
    try {
      this.#options.check?.(resource, handler);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #accept(entry: Entry, handler: LoadedHandler): void {
    entry.state = "loaded";
    entry.handler = handler;
    if (!this.#isStarted) return;
    this.#options.log.info(`${entry.file.resource} loaded from ${showPath(entry.file.path)}`);
    this.#tell();
  }

  #reject(entry: Entry, problem: LoadProblem): void {
    entry.state = "broken";
    const { resource } = entry.file;
    const outcome = entry.handler
      ? `the last good version goes on serving ${resource}`
      : `${resource} answers 503 until it is mended`;
    this.#options.log.error(`${showPlace(problem)}: ${problem.message}; ${outcome}`);
    if (problem.cause instanceof Error) this.#options.log.debug(problem.cause);
  }

  #filesOf({ file, files }: Entry): ReadonlySet<string> {
    return new Set([...files, ...this.#options.loader.graph.filesOf(file.path)]);
  }

  #tell(): void {
    if (this.#isStarted) this.#options.onChange();
  }
}

/** Stands in for a handler that did not load; it holds no secrets, so that the answer is 503 for all. */
const UNAVAILABLE: LoadedHandler = {
  origins: "any",
  upgrade: () =>
    new Response("The handler of this resource did not load; the server's log says why.\n", {
      status: 503,
      headers: { "content-type": "text/plain; charset=utf-8" },
    }),
};

/** The line of a file's export, for a fault that is not a thrown error's. */
async function placeShape(file: string, fault: string): Promise<LoadProblem> {
  const text = await readFile(file, "utf8").catch(() => "");
  const exported = /^[ \t]*(?:export\s+default\b|export\s*\{|export\s*=|module\.exports\b)/m.exec(
    text,
  );
  const line = exported ? text.slice(0, exported.index).split("\n").length : 1;
  return new LoadProblem({ file, line }, fault);
}
