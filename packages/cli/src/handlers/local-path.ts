/**
 * Which file a specifier means when it means one of the user's own: relative and absolute paths,
 * `file:` URLs and `#name` imports. Everything else is a package or a builtin, and Node's business.
 */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export type LocalPath =
  | { readonly path: string }
  /** Nothing is there; these paths were tried, the one that was written first. */
  | { readonly tried: readonly string[] };

const EXTENSIONS = [".ts", ".mts", ".js", ".mjs", ".cts", ".cjs", ".json"] as const;

/** What TypeScript's own resolution allows to be written for a file that has another name on disk. */
const TYPESCRIPT_TWIN: Readonly<Record<string, string>> = {
  ".js": ".ts",
  ".mjs": ".mts",
  ".cjs": ".cts",
};

/** Undefined for what is not a local file. */
export function resolveLocal(specifier: string, importer: string): LocalPath | undefined {
  const written = writtenPath(specifier, importer);
  if (written === undefined) return undefined;
  const tried = candidates(written);
  const path = tried.find(isFile);
  return path === undefined ? { tried } : { path };
}

function writtenPath(specifier: string, importer: string): string | undefined {
  if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..") {
    return resolve(dirname(importer), withoutQuery(specifier));
  }
  if (specifier.startsWith("file:")) return fileURLToPath(new URL(withoutQuery(specifier)));
  if (specifier.startsWith("#")) return resolveSubpathImport(specifier, importer);
  return undefined;
}

/** `#name` comes from the nearest package.json; a target inside node_modules is a package after all. */
function resolveSubpathImport(specifier: string, importer: string): string | undefined {
  try {
    const path = createRequire(importer).resolve(specifier);
    return path.includes(`${sep}node_modules${sep}`) || !isAbsolute(path) ? undefined : path;
  } catch {
    return undefined;
  }
}

function candidates(written: string): readonly string[] {
  const extension = /\.[cm]?js$/.exec(written)?.[0] ?? "";
  const twin = TYPESCRIPT_TWIN[extension];
  const twins = twin ? [written.slice(0, -extension.length) + twin] : [];
  const completed = EXTENSIONS.map((ending) => written + ending);
  const indexes = EXTENSIONS.map((ending) => resolve(written, `index${ending}`));
  return [written, ...twins, ...completed, ...indexes];
}

function withoutQuery(specifier: string): string {
  return specifier.replace(/[?#].*$/, "");
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
