/** A loader of handlers that are no modules of JavaScript: files that another process runs. */
import type { HandlerFile } from "./folder-scan.ts";
import type { LoadedHandler } from "./handler-shape.ts";

export interface ForeignHandler {
  readonly handler: LoadedHandler;
  /** Other files whose save makes it stale. */
  readonly files: readonly string[];
}

export interface ForeignLoader {
  /** Rejects with a LoadProblem. */
  load(file: HandlerFile): Promise<ForeignHandler>;
}

/** By kind; a kind that is missing is not looked for in the folder. */
export type ForeignLoaders = Readonly<
  Partial<Record<Exclude<HandlerFile["kind"], "module">, ForeignLoader>>
>;
