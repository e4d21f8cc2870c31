/**
 * Says that something happened in one of a set of folders, once things are quiet again. What happened
 * is for others to find out, by looking: that way an editor may save by writing, by renaming or by
 * deleting and creating, and nothing depends on the order of events, which differs by platform.
 *
 * Each folder has a watcher of its own. `fs.watch`'s `recursive` is emulated on Linux with one watcher
 * a file, and chokidar's current release needs a Node newer than the oldest one supported here.
 */
import { type FSWatcher, watch } from "node:fs";

/** Milliseconds without an event before the change is told; saves by rename take two or three events. */
const QUIET = 40;

/** Events that may put the telling off: a file that is written all the time must not silence the rest. */
const PATIENCE = 10;

export interface WatchClock {
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface FolderWatchOptions {
  onChange(): void;
  /** A folder that cannot be watched, once for each reason. */
  onError(error: NodeJS.ErrnoException): void;
  readonly clock?: WatchClock;
}

export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #options: FolderWatchOptions;
  readonly #clock: WatchClock;
  readonly #reported = new Set<string>();
  #timer: unknown;
  #postponed = 0;
  #isClosed = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? {
      setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout), // made one line above
    };
  }

  /** Watches exactly these folders from now on. Those that do not exist are left out. */
  update(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) this.add(folder);
  }

  add(folder: string): void {
    // A look that was under way at the close still asks for folders.
    if (this.#isClosed || this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, () => this.#notice());
      watcher.on("error", () => this.#drop(folder));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      this.#report(error as NodeJS.ErrnoException); // fs throws nothing else
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    this.update(new Set());
  }

  #notice(): void {
    if (this.#postponed++ >= PATIENCE) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#tell(), QUIET);
  }

  #tell(): void {
    this.#postponed = 0;
    this.#options.onChange();
  }

  /** The folder itself went; the look that follows finds out what is there now. */
  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.#notice();
  }

  #report(error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.message;
    if (code === "ENOENT" || this.#reported.has(code)) return;
    this.#reported.add(code);
    this.#options.onError(error);
  }
}
