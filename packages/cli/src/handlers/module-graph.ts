/**
 * Which local files are loaded, what each imports, and what each was on disk when it was read.
 * From this follows what a save makes stale. It reads no code and runs none.
 */
import { stat } from "node:fs/promises";

export interface ModuleRecord {
  readonly path: string;
  /** Local files it asked for, also those that are not there. */
  readonly dependencies: Set<string>;
  kind: "unread" | "module" | "commonjs" | "json";
  /** A namespace, a `module.exports`, or a JSON value. */
  exports: unknown;
  state: "evaluating" | "evaluated" | "failed";
  evaluation: Promise<void> | undefined;
  /** The record that this one awaits now; a chain of them back to oneself is a cycle. */
  waitingFor: ModuleRecord | undefined;
}

export class ModuleGraph {
  readonly #records = new Map<string, ModuleRecord>();
  readonly #signatures = new Map<string, string>();

  get(path: string): ModuleRecord | undefined {
    return this.#records.get(path);
  }

  add(path: string): ModuleRecord {
    const record: ModuleRecord = {
      path,
      dependencies: new Set(),
      kind: "unread",
      exports: undefined,
      state: "evaluating",
      evaluation: undefined,
      waitingFor: undefined,
    };
    this.#records.set(path, record);
    return record;
  }

  /** To be called before the file is read: a save in between is then seen as a change. */
  async sign(path: string): Promise<void> {
    this.#signatures.set(path, await signatureOf(path));
  }

  isKnown(path: string): boolean {
    return this.#signatures.has(path);
  }

  /** The file and all that it imports, as far as known. */
  filesOf(path: string): ReadonlySet<string> {
    const files = new Set([path]);
    // A Set's iteration goes on to what is added during it.
    for (const file of files) {
      for (const dependency of this.#records.get(file)?.dependencies ?? []) files.add(dependency);
    }
    return files;
  }

  /** Files that are not on disk now what they were when they were read. */
  async changedFiles(): Promise<ReadonlySet<string>> {
    const changed = new Set<string>();
    for (const [path, signature] of this.#signatures) {
      if ((await signatureOf(path)) !== signature) changed.add(path);
    }
    return changed;
  }

  /** Forgets these files, all that import them and whatever failed: the next load reads them anew. */
  invalidate(changed: ReadonlySet<string>): void {
    const stale = [...this.#records.values()].filter(
      ({ path, state }) =>
        state === "failed" || [...this.filesOf(path)].some((file) => changed.has(file)),
    );
    for (const { path } of stale) this.#records.delete(path);
    for (const path of changed) this.#signatures.delete(path);
  }

  /** Forgets all but these files. */
  prune(keep: ReadonlySet<string>): void {
    for (const path of this.#records.keys()) if (!keep.has(path)) this.#records.delete(path);
    for (const path of this.#signatures.keys()) if (!keep.has(path)) this.#signatures.delete(path);
  }
}

/** Whether awaiting `record` from `importer` would wait for ever. */
export function closesCycle(record: ModuleRecord, importer: ModuleRecord): boolean {
  for (let at: ModuleRecord | undefined = record; at; at = at.waitingFor) {
    if (at === importer) return true;
  }
  return false;
}

async function signatureOf(path: string): Promise<string> {
  try {
    const { mtimeNs, ctimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
  } catch {
    return "missing";
  }
}
