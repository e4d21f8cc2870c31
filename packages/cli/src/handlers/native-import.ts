/**
 * Node's own `import()`, resolved as if it stood in a given file: packages and builtins that a
 * handler imports. `trunkline` comes from beside the handlers where it is installed there, and from
 * the command's own copy where it is not, so that a lone file in an empty folder works.
 */
import vm from "node:vm";

type Import = (specifier: string, options?: ImportCallOptions) => Promise<object>;

// One per importing file, kept: compiled code that holds the default loader is not given back at
// every save, and the number of files is bounded.
const importers = new Map<string, Import>();

/** Those still loading. */
const underWay = new Set<Promise<unknown>>();

/** Rejects as `import()` does. */
export function importNative(
  file: string,
  specifier: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const loading = load(file, specifier, attributes).finally(() => underWay.delete(loading));
  underWay.add(loading);
  return loading;
}

/** Settles when no import is under way: Node cannot require an ES module that an `import()` is still loading. */
export async function settleImports(): Promise<void> {
  while (underWay.size > 0) await Promise.allSettled(underWay);
}

async function load(
  file: string,
  specifier: string,
  attributes: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const options = Object.keys(attributes).length > 0 ? { with: attributes } : undefined;
  try {
    return interoperable(await importerFor(file)(specifier, options));
  } catch (error) {
    if (!isOwnPackage(specifier) || !isNotFound(error)) throw error;
    return interoperable(await import(import.meta.resolve(specifier)));
  }
}

/** `trunkline` and its subpaths. */
export function isOwnPackage(specifier: string): boolean {
  return specifier === "trunkline" || specifier.startsWith("trunkline/");
}

export function isNotFound(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND";
}

function importerFor(file: string): Import {
  const known = importers.get(file);
  if (known) return known;
  muteLoaderWarning();
  const made = vm.compileFunction("return import(specifier, options);", ["specifier", "options"], {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // compileFunction types every function it makes as Function; this one's parameters stand above.
  const importer = made as Import;
  importers.set(file, importer);
  return importer;
}

let isMuted = false;

/**
 * Node warns once that the default loader in `vm` is experimental. There is no other way to resolve as
 * if from a file (`import.meta.resolve` takes a parent only behind a flag), and nothing that somebody
 * who runs a server could do about it; every other warning passes.
 */
function muteLoaderWarning(): void {
  if (isMuted) return;
  isMuted = true;
  const emit = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]) => {
    if (String(warning).includes("USE_MAIN_CONTEXT_DEFAULT_LOADER")) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  };
}

/** A view of the namespace that sucrase's import helpers take for an ES module, live as the original. */
function interoperable(namespace: object): Record<string, unknown> {
  const view = {};
  for (const name of Object.keys(namespace)) {
    if (name === "__esModule") continue;
    const get = () => Reflect.get(namespace, name);
    Object.defineProperty(view, name, { enumerable: true, get });
  }
  return Object.defineProperty(view, "__esModule", { value: true });
}
