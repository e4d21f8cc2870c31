/**
 * Turns one local file into the text of a function that can be run and thrown away.
 *
 * The ESM cache of Node never gives a module back, so a handler that is saved a thousand times must
 * not pass through `import()`. Its file becomes a function body here: types are stripped and imports
 * are rewritten by sucrase, exports by this file (sucrase assigns them where they stand, which breaks
 * `export { x }` above `const x` and destructured exports; a getter per name is what ESM means).
 * Line numbers stay those of the file, so that a stack names the real line.
 *
 * This file knows nothing of folders, of resolution or of evaluation.
 */
import { extname } from "node:path";
import type { Import } from "es-module-lexer";
import { applyEdits, type Edit, parseClause } from "./source-edits.ts";

/** Names the wrapper passes in; no user's identifier looks like them. */
export const INJECTED = {
  request: "$trunkline_request",
  dynamicImport: "$trunkline_import",
  meta: "$trunkline_meta",
  define: "$trunkline_export",
} as const;

/** The name of a default export that has none. */
const DEFAULT_VALUE = "$trunkline_default";

/** One `import … from` or `export … from` of a module. */
export interface ModuleRequest {
  readonly specifier: string;
  /** What is asked for by name; empty for a namespace or a bare import. */
  readonly names: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
}

export type ModuleSource =
  | { readonly kind: "module"; readonly code: string; readonly requests: readonly ModuleRequest[] }
  | { readonly kind: "commonjs"; readonly code: string };

/** The compilers, loaded when the first handler is: a start without handlers does not wait for them. */
export interface Compilers {
  readonly transform: typeof import("sucrase")["transform"];
  readonly lexer: typeof import("es-module-lexer");
}

let compilers: Promise<Compilers> | undefined;

export function loadCompilers(): Promise<Compilers> {
  compilers ??= Promise.all([import("sucrase"), import("es-module-lexer")]).then(
    async ([{ transform }, lexer]) => {
      await lexer.init;
      return { transform, lexer };
    },
  );
  return compilers;
}

/** Throws sucrase's error with its `loc`, or the lexer's, when the text is not a program. */
export function compileSource(tools: Compilers, path: string, text: string): ModuleSource {
  const script = text.startsWith("#!") ? `//${text}` : text;
  const plain = isTypeScript(path) ? stripTypes(tools, path, script) : script;
  const lexed = lexModule(tools, path, plain);
  const isModule = lexed[3] || /^\.m[jt]s$/.test(extname(path));
  if (!isModule) return { kind: "commonjs", code: plain };
  return compileModule(tools, path, plain, lexed);
}

function compileModule(tools: Compilers, path: string, plain: string, lexed: Lexed): ModuleSource {
  const [imports] = lexed;
  const requests: ModuleRequest[] = [];
  const exported = rewriteExports(plain, lexed);
  const edits = [...exported.edits];
  for (const found of imports) {
    if (isStatic(found)) edits.push(markRequest(plain, found, requests));
    else edits.push(renameImport(found));
  }
  const marked = applyEdits(plain, edits);
  const body = tools.transform(exported.prologue + marked, sucraseOptions(path, ["imports"])).code;
  return { kind: "module", code: linkRequests(body), requests };
}

const REQUEST_MARK = "trunkline-request:";

/** Gives each static import a specifier of our own, found again in what sucrase makes of it. */
function markRequest(plain: string, found: Import, requests: ModuleRequest[]): Edit {
  const statement = plain.slice(found.importStart, found.start);
  requests.push({
    specifier: found.specifier ?? "",
    names: requestedNames(statement),
    attributes: Object.fromEntries("attributes" in found ? (found.attributes ?? []) : []),
    line: plain.slice(0, found.importStart).split("\n").length,
  });
  return { start: found.start, end: found.end, text: `${REQUEST_MARK}${requests.length - 1}` };
}

function linkRequests(code: string): string {
  return code.replace(
    new RegExp(`require\\((['"])${REQUEST_MARK}(\\d+)\\1\\)`, "g"),
    `${INJECTED.request}($2)`,
  );
}

/** `import(…)` and `import.meta` become what the wrapper passes in. */
function renameImport(found: Import): Edit {
  if (found.type === "import-meta") {
    return { start: found.start, end: found.end, text: INJECTED.meta };
  }
  const end = found.importStart + "import".length;
  return { start: found.importStart, end, text: INJECTED.dynamicImport };
}

function requestedNames(statement: string): readonly string[] {
  if (/^export\s*\*/.test(statement)) return [];
  const clause = /\{([^}]*)\}/.exec(statement);
  const names = clause ? parseClause(clause[1] ?? "").map(({ from }) => from) : [];
  const hasDefault = /^import\s+[\p{ID_Start}$_]/u.test(statement);
  return hasDefault ? ["default", ...names] : names;
}

interface RewrittenExports {
  readonly edits: readonly Edit[];
  readonly prologue: string;
}

/** Takes the `export` keywords away and defines a getter per name before the first line runs. */
function rewriteExports(plain: string, [, exports]: Lexed): RewrittenExports {
  const edits: Edit[] = [];
  const getters = new Map<string, string>();
  const statements = new Set<number>();
  for (const found of exports) {
    const start = found.exportStart;
    const rest = plain.slice(start);
    const isClause = /^export\s*\{/.test(rest);
    if (found.type === "direct" && !isClause) {
      getters.set(found.name, found.localName ?? DEFAULT_VALUE);
    }
    if (statements.has(start)) continue;
    statements.add(start);
    if (isClause) edits.push(...takeClause(rest, start, getters));
    else if (found.type === "direct") edits.push(takeKeyword(rest, start));
  }
  if (getters.size === 0) return { edits, prologue: "" };
  const list = [...getters].map(([name, local]) => `${JSON.stringify(name)}: () => ${local}`);
  return { edits, prologue: `${INJECTED.define}({ ${list.join(", ")} });` };
}

/** `export { a, b as c }`; with a `from` it is an import, which sucrase rewrites. */
function takeClause(rest: string, start: number, getters: Map<string, string>): Edit[] {
  const clause = /^export\s*\{([^}]*)\}(\s*from\b)?/.exec(rest);
  if (!clause || clause[2] !== undefined) return [];
  for (const { from, to } of parseClause(clause[1] ?? "")) getters.set(to, from);
  return [{ start, end: start + clause[0].length, text: "" }];
}

function takeKeyword(rest: string, start: number): Edit {
  const isDefault = /^export\s+default\b/.exec(rest);
  if (!isDefault) return { start, end: start + "export".length, text: "" };
  const end = start + isDefault[0].length;
  const declared = rest.slice(isDefault[0].length);
  const anonymous = /^\s*(?:(?:async\s+)?function\b\s*\*?\s*(?=\()|class\b(?=\s*\{|\s+extends\b))/;
  const unnamed = anonymous.exec(declared);
  if (unnamed) {
    return { start, end: end + unnamed[0].length, text: `${unnamed[0]} ${DEFAULT_VALUE}` };
  }
  const isDeclaration = /^\s*(?:(?:async\s+)?function\b|class\b)/.test(declared);
  const text = isDeclaration ? "" : `const ${DEFAULT_VALUE} =`;
  return { start, end, text };
}

type Lexed = ReturnType<Compilers["lexer"]["parse"]>;

/** The lexer says only where it gave up; sucrase, which reads the grammar, says why. */
function lexModule(tools: Compilers, path: string, plain: string): Lexed {
  try {
    return tools.lexer.parse(plain, path);
  } catch (error) {
    tools.transform(plain, sucraseOptions(path, ["imports"]));
    throw error;
  }
}

function stripTypes(tools: Compilers, path: string, text: string): string {
  return tools.transform(text, sucraseOptions(path, ["typescript"])).code;
}

function sucraseOptions(path: string, transforms: ("typescript" | "imports")[]) {
  // The syntax of today's Node is left alone: every supported one has what sucrase would rewrite.
  return { filePath: path, transforms, preserveDynamicImport: true, disableESTransforms: true };
}

function isStatic(found: Import): boolean {
  return found.type === "static" || found.type === "reexport-star";
}

function isTypeScript(path: string): boolean {
  return /\.[mc]?ts$/.test(path);
}
