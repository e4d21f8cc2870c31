/**
 * Finds the handler files of a folder: their paths, the resources they answer, and what is wrong with
 * their names. It reads names only, and for executables whether the system would run them. The order
 * is that of the names, so that a scan of the same folder always says the same.
 */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isProgram } from "./executables/program-file.ts";
import {
  faultOf,
  type HandlerKind,
  isHandlerFolderName,
  kindOf as kindOfName,
  mayBeExecutable,
  resourceOf,
  shapeOf,
} from "./resource.ts";

export interface HandlerFile {
  readonly path: string;
  readonly resource: string;
  readonly kind: HandlerKind;
}

export interface NameProblem {
  readonly path: string;
  readonly message: string;
}

export interface FolderScan {
  readonly files: readonly HandlerFile[];
  readonly problems: readonly NameProblem[];
  /** Every folder that was searched, the root among them. */
  readonly folders: readonly string[];
}

export interface ScanOptions {
  /** Default: modules only. Files of other kinds are passed over. */
  readonly kinds?: ReadonlySet<HandlerKind>;
  /** A folder inside: only what lies there is a handler. */
  readonly below?: string | undefined;
  /** Whether links may lead out of the folder. */
  readonly followsLinksOut?: boolean;
}

interface Collected {
  /** The folder's real path: links may not lead out of it. */
  readonly root: string;
  readonly followsLinksOut: boolean;
  readonly kinds: ReadonlySet<HandlerKind>;
  readonly files: HandlerFile[];
  readonly problems: NameProblem[];
  readonly folders: string[];
}

/** Rejects when the folder itself cannot be read. */
export async function scanFolder(
  root: string,
  { kinds = new Set(["module"]), below = root, followsLinksOut = false }: ScanOptions = {},
): Promise<FolderScan> {
  const collected: Collected = {
    root: await realpath(root),
    followsLinksOut,
    kinds,
    files: [],
    problems: [],
    folders: [],
  };
  const prefix = relative(root, below).split(sep).join("/");
  await searchFolder(collected, below, prefix && `${prefix}/`, []);
  const { files, problems } = chooseFiles(root, collected.files);
  return { files, problems: [...collected.problems, ...problems], folders: collected.folders };
}

async function searchFolder(
  collected: Collected,
  folder: string,
  prefix: string,
  above: readonly string[],
): Promise<void> {
  const real = await realpath(folder);
  if (above.includes(real)) return; // a link back to a folder that this one lies in
  const entries = await readdir(folder, { withFileTypes: true });
  collected.folders.push(folder);
  for (const entry of entries.sort(byName)) {
    await searchEntry(collected, join(folder, entry.name), prefix + entry.name, entry, [
      ...above,
      real,
    ]);
  }
}

async function searchEntry(
  collected: Collected,
  path: string,
  name: string,
  entry: Dirent,
  above: readonly string[],
): Promise<void> {
  const mayBeFolder = isHandlerFolderName(entry.name);
  const { kinds } = collected;
  const named = kindOfName(name);
  const mayBeFile = named ? kinds.has(named) : kinds.has("executable") && mayBeExecutable(name);
  if (!mayBeFolder && !mayBeFile) return;
  const what = entry.isSymbolicLink() ? await kindOfLink(collected, path) : kindOf(entry);
  if (what === "folder" && mayBeFolder) await searchInner(collected, path, `${name}/`, above);
  if (what !== "file" || !mayBeFile) return;
  const kind = named ?? ((await isProgram(path)) ? "executable" : undefined);
  if (kind) collected.files.push({ path, kind, resource: resourceOf(name, kind) });
}

/** A folder inside that cannot be read, or went meanwhile, is not the end of the others. */
async function searchInner(
  collected: Collected,
  folder: string,
  prefix: string,
  above: readonly string[],
): Promise<void> {
  try {
    await searchFolder(collected, folder, prefix, above);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "ENOENT") return;
    collected.problems.push({ path: folder, message: `cannot be read: ${error.message}` });
  }
}

type Kind = "file" | "folder" | "other";

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): Kind {
  if (entry.isDirectory()) return "folder";
  return entry.isFile() ? "file" : "other";
}

async function kindOfLink(collected: Collected, path: string): Promise<Kind> {
  try {
    const real = await realpath(path);
    const inside = real === collected.root || real.startsWith(collected.root + sep);
    if (inside || collected.followsLinksOut) return kindOf(await stat(real));
    collected.problems.push({ path, message: "is a link that leads out of the handlers folder" });
  } catch {
    collected.problems.push({ path, message: "is a link that leads nowhere" });
  }
  return "other";
}

function chooseFiles(root: string, found: readonly HandlerFile[]) {
  const byShape = new Map<string, HandlerFile>();
  const problems: NameProblem[] = [];
  for (const file of [...found].sort(sourcesFirst)) {
    const { path, resource } = file;
    const fault = faultOf(resource);
    const taken = byShape.get(shapeOf(resource));
    if (fault !== undefined) problems.push({ path, message: `has ${fault}` });
    else if (taken) problems.push({ path, message: conflict(root, resource, taken) });
    else byShape.set(shapeOf(resource), file);
  }
  const files = [...byShape.values()].sort((a, b) => compare(a.resource, b.resource));
  return { files, problems };
}

function conflict(root: string, resource: string, taken: HandlerFile): string {
  const other = relative(root, taken.path);
  return `answers ${resource}, which ${other} answers already; ${other} serves, remove or rename one`;
}

/** `echo.js` beside `echo.ts` is usually its compiled output; whoever ports a handler writes it beside the old one. */
function sourcesFirst(a: HandlerFile, b: HandlerFile): number {
  return rankOf(a) - rankOf(b) || compare(a.path, b.path);
}

function rankOf({ kind, path }: HandlerFile): number {
  if (kind === "module") return /ts$/.test(path) ? 0 : 1;
  return kind === "python" ? 2 : 3;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
