/**
 * Loads the user's own files so that they can be loaded again: each is compiled to a function, run,
 * and kept in a graph from which a save takes it and everything that imports it. What nothing refers
 * to any more is garbage; `module-memory.test.ts` measures that. Packages and builtins come from
 * Node's own loader, resolved as if from the importing file; they are not reloaded.
 *
 * Two handlers that import one helper share one instance of it, as in any program; it starts anew
 * when the helper, or something the helper imports, is saved.
 *
 * This file does not know what a handler is, and watches nothing.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";
import { LoadProblem, placeError } from "./load-problem.ts";
import { resolveLocal } from "./local-path.ts";
import { closesCycle, ModuleGraph, type ModuleRecord } from "./module-graph.ts";
import {
  type Compilers,
  compileSource,
  INJECTED,
  loadCompilers,
  type ModuleRequest,
  type ModuleSource,
} from "./module-source.ts";
import { importNative, isNotFound, isOwnPackage, settleImports } from "./native-import.ts";

/** What an import of a file gives: its exports by name. */
export type Namespace = Readonly<Record<string, unknown>>;

type Body = (...injected: readonly unknown[]) => unknown;

export class ModuleLoader {
  readonly graph: ModuleGraph = new ModuleGraph();
  readonly #onFile: (path: string) => void;

  /** `onFile` hears of each local file that is asked for, present or not. */
  constructor(onFile: (path: string) => void = () => {}) {
    this.#onFile = onFile;
  }

  /** Evaluates a file, or gives what it gave before. Rejects with a LoadProblem. */
  async load(path: string): Promise<Namespace> {
    try {
      const record = this.graph.get(path) ?? this.graph.add(path);
      await this.#evaluation(record);
      return namespaceOf(record);
    } catch (error) {
      throw placeError(error, path, (file) => this.graph.isKnown(file));
    }
  }

  /** Keeps a file that somebody else loads in the graph, with other files that it is made from. */
  async follow(path: string, files: readonly string[]): Promise<void> {
    const record = this.graph.get(path) ?? this.graph.add(path);
    record.state = "evaluated";
    if (!this.graph.isKnown(path)) await this.#announce(path);
    for (const file of files) {
      record.dependencies.add(file);
      if (!this.graph.isKnown(file)) await this.#announce(file);
    }
  }

  #evaluation(record: ModuleRecord): Promise<void> {
    record.evaluation ??= this.#evaluate(record);
    return record.evaluation;
  }

  async #evaluate(record: ModuleRecord): Promise<void> {
    try {
      await this.#announce(record.path);
      const tools = await loadCompilers();
      const text = await readFile(record.path, "utf8");
      // A require() may have been faster.
      if (record.kind === "unread") await this.#run(record, tools, text);
      record.state = "evaluated";
    } catch (error) {
      record.state = "failed";
      throw error;
    }
  }

  async #announce(path: string): Promise<void> {
    await this.graph.sign(path);
    this.#onFile(path);
  }

  async #run(record: ModuleRecord, tools: Compilers, text: string): Promise<void> {
    const source = readSource(tools, record.path, text);
    if (source.kind === "module") return this.#runModule(record, source);
    await settleImports();
    // A require() may have been faster.
    if (record.kind === "unread") this.#runNow(record, tools, source);
  }

  async #runModule(record: ModuleRecord, source: ModuleSource & { kind: "module" }) {
    const exports = Object.defineProperty({}, "__esModule", { value: true });
    record.kind = "module";
    record.exports = exports;
    const imported: Namespace[] = [];
    for (const request of source.requests) imported.push(await this.#request(record, request));
    const parameters = ["exports", ...Object.values(INJECTED)];
    const body = compileBody(record.path, parameters, ASYNC_OPENING, `${source.code}\n})();`);
    const injected: Record<keyof typeof INJECTED, unknown> = {
      request: (index: number) => imported[index],
      dynamicImport: (specifier: unknown, options?: ImportCallOptions) =>
        this.#importLater(record, String(specifier), options),
      meta: importMeta(record.path),
      define: (getters: Record<string, () => unknown>) => defineExports(exports, getters),
    };
    await body(exports, ...keysOf(INJECTED).map((key) => injected[key]));
  }

  async #request(importer: ModuleRecord, request: ModuleRequest): Promise<Namespace> {
    const place = { file: importer.path, line: request.line };
    const imported = await this.#import(importer, request.specifier, request.attributes, place);
    for (const name of request.names) {
      if (imported.partial || Object.hasOwn(imported.namespace, name)) continue;
      const what =
        name === "default" ? "no default export" : `no export named ${JSON.stringify(name)}`;
      throw new LoadProblem(place, `SyntaxError: ${JSON.stringify(request.specifier)} has ${what}`);
    }
    return imported.namespace;
  }

  async #importLater(importer: ModuleRecord, specifier: string, options?: ImportCallOptions) {
    // Attribute values of import() are strings by its grammar; the type of the option is wider.
    const attributes = (options?.with ?? {}) as Record<string, string>;
    const { namespace } = await this.#import(importer, specifier, attributes, {
      file: importer.path,
    });
    return namespace;
  }

  async #import(
    importer: ModuleRecord,
    specifier: string,
    attributes: Readonly<Record<string, string>>,
    place: { readonly file: string; readonly line?: number },
  ): Promise<{ readonly namespace: Namespace; readonly partial: boolean }> {
    const local = resolveLocal(specifier, importer.path);
    if (!local) {
      return { namespace: await importPackage(specifier, attributes, place), partial: false };
    }
    if ("tried" in local) {
      for (const path of local.tried) await this.#depend(importer, path);
      throw new LoadProblem(place, `cannot find ${JSON.stringify(specifier)}`);
    }
    return this.#await(importer, local.path);
  }

  async #await(importer: ModuleRecord, path: string) {
    importer.dependencies.add(path);
    const record = this.graph.get(path) ?? this.graph.add(path);
    if (closesCycle(record, importer)) return { namespace: namespaceOf(record), partial: true };
    importer.waitingFor = record;
    try {
      await this.#evaluation(record);
    } finally {
      importer.waitingFor = undefined;
    }
    return { namespace: namespaceOf(record), partial: record.kind !== "module" };
  }

  async #depend(importer: ModuleRecord, path: string): Promise<void> {
    importer.dependencies.add(path);
    await this.#announce(path);
  }

  /** What needs no waiting: CommonJS and JSON. */
  #runNow(record: ModuleRecord, tools: Compilers, source: SynchronousSource): void {
    record.kind = source.kind;
    if (source.kind === "json") record.exports = source.value;
    else this.#runCommonJs(record, tools, source.code);
    record.state = "evaluated";
  }

  #runCommonJs(record: ModuleRecord, tools: Compilers, code: string): void {
    const { path } = record;
    const module = { exports: {} };
    record.exports = module.exports;
    const require = (specifier: string) => this.#require(record, tools, specifier);
    const { resolve } = createRequire(path);
    const body = compileBody(path, COMMONJS_PARAMETERS, "", code);
    body(module.exports, Object.assign(require, { resolve }), module, path, dirname(path));
    record.exports = module.exports;
  }

  #require(importer: ModuleRecord, tools: Compilers, specifier: string): unknown {
    const local = resolveLocal(specifier, importer.path);
    if (!local) return requirePackage(importer.path, specifier);
    if ("tried" in local) {
      for (const path of local.tried) void this.#depend(importer, path);
      throw new LoadProblem({ file: importer.path }, `cannot find ${JSON.stringify(specifier)}`);
    }
    importer.dependencies.add(local.path);
    const record = this.graph.get(local.path) ?? this.graph.add(local.path);
    if (record.kind === "unread" || record.state === "failed") this.#readNow(record, tools);
    if (record.kind === "module") throw refuseRequire(importer.path, local.path);
    return record.exports;
  }

  #readNow(record: ModuleRecord, tools: Compilers): void {
    void this.#announce(record.path);
    record.state = "failed";
    const source = readSource(tools, record.path, readFileSync(record.path, "utf8"));
    if (source.kind === "module") record.kind = "module";
    else this.#runNow(record, tools, source);
  }
}

const COMMONJS_PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"] as const;

/** An ES module is strict, has no `this` and may await. */
const ASYNC_OPENING = '"use strict"; return (async () => {';

type ReadSource = ModuleSource | { readonly kind: "json"; readonly value: unknown };

type SynchronousSource = Exclude<ReadSource, { readonly kind: "module" }>;

/** Compiles the text, or reads it at once where it is JSON. */
function readSource(tools: Compilers, path: string, text: string): ReadSource {
  try {
    if (path.endsWith(".json")) return { kind: "json", value: JSON.parse(text) };
    if (/\.[cm]?[jt]s$/.test(path)) return compileSource(tools, path, text);
  } catch (error) {
    throw placeError(error, path, () => false);
  }
  throw new LoadProblem({ file: path }, "only .ts, .js and .json files can be imported");
}

/** `require` is synchronous, so an ES module of the user's own is out of its reach. */
function refuseRequire(file: string, path: string): LoadProblem {
  const why = `cannot require ${basename(path)}, which is an ES module: import it, from an ES module`;
  return new LoadProblem({ file }, why);
}

/**
 * V8 keeps what it compiles, text and all, until several collections have passed: a thousand saves
 * of a 20 KB file held 18 MB (measured on Node 22 to 26; on 20 only with `vm.Script`). No text is
 * ever compiled twice here, so the cache is off for the call.
 */
function compileBody(
  path: string,
  parameters: readonly string[],
  opening: string,
  code: string,
): Body {
  const options = { filename: path, columnOffset: -opening.length };
  setFlagsFromString("--no-compilation-cache");
  try {
    // compileFunction types every function it makes as Function; this one takes the parameters above.
    return vm.compileFunction(opening + code, [...parameters], options) as Body;
  } finally {
    setFlagsFromString("--compilation-cache");
  }
}

async function importPackage(
  specifier: string,
  attributes: Readonly<Record<string, string>>,
  place: { readonly file: string; readonly line?: number },
): Promise<Namespace> {
  try {
    return await importNative(place.file, specifier, attributes);
  } catch (error) {
    const what = isNotFound(error)
      ? `cannot find the package ${JSON.stringify(specifier)}; install it beside the handlers`
      : `importing ${JSON.stringify(specifier)} failed: ${error}`;
    throw new LoadProblem(place, what, { cause: error });
  }
}

function requirePackage(file: string, specifier: string): unknown {
  try {
    return createRequire(file)(specifier);
  } catch (error) {
    if (!isOwnPackage(specifier) || !isNotFound(error)) throw error;
    return createRequire(import.meta.url)(specifier);
  }
}

function namespaceOf({ kind, exports }: ModuleRecord): Namespace {
  if (kind === "json") return asModule({ default: exports });
  if (kind === "commonjs") return namespaceOfCommonJs(exports);
  return exports as Namespace; // made by #runModule
}

/** As compilers to CommonJS agreed: `__esModule` says that the names are an ES module's. */
function namespaceOfCommonJs(exports: unknown): Namespace {
  if (typeof exports !== "object" || exports === null) return asModule({ default: exports });
  if (Object.hasOwn(exports, "__esModule")) return exports as Namespace;
  const names = Object.keys(exports).length > 0 ? { ...exports, default: exports } : {};
  return asModule(names);
}

function asModule(names: object): Namespace {
  return Object.defineProperty(names, "__esModule", { value: true }) as Namespace;
}

function defineExports(exports: object, getters: Record<string, () => unknown>): void {
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(exports, name, { enumerable: true, configurable: true, get });
  }
}

function importMeta(path: string): object {
  const url = pathToFileURL(path).href;
  const resolve = (specifier: string) => resolveUrl(specifier, path);
  return { url, filename: path, dirname: dirname(path), resolve };
}

function resolveUrl(specifier: string, path: string): string {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, pathToFileURL(path)).href;
  return pathToFileURL(createRequire(path).resolve(specifier)).href;
}

function keysOf<T extends object>(object: T): readonly (keyof T)[] {
  return Object.keys(object) as (keyof T)[]; // literals of this file, without extra keys
}
