// @ts-check
// The public names of a subpath: values as they are at run time, types as its declarations state them.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** @typedef {{ readonly values: readonly string[], readonly types: readonly string[] }} PublicNames */

/**
 * @param {string} declarations the absolute path of a `.d.ts`
 * @param {string} module the absolute path of the module it declares
 * @returns {Promise<PublicNames>}
 */
export async function readPublicNames(declarations, module) {
  const values = Object.keys(await import(pathToFileURL(module).href)).sort();
  const declared = readDeclaredNames(declarations);
  return { values, types: declared.filter((name) => !values.includes(name)) };
}

/**
 * Every name that a declaration file exports, through `export *` too, sorted.
 *
 * @param {string} path
 * @returns {string[]}
 */
export function readDeclaredNames(path) {
  const text = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
  const names = [...declaredHere(text), ...listed(text)];
  for (const [, specifier = ""] of text.matchAll(
    /\bexport\s+(?:type\s+)?\*\s+from\s+["'](.+?)["']/g,
  )) {
    names.push(...readDeclaredNames(join(dirname(path), declarationOf(specifier))));
  }
  return [...new Set(names)].sort();
}

/** @param {string} text */
function declaredHere(text) {
  const kinds =
    "(?:abstract\\s+)?class|interface|type|function|const|let|var|enum|namespace|import";
  const pattern = new RegExp(`\\bexport\\s+(?:declare\\s+)?(?:${kinds})\\s+([\\w$]+)`, "g");
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

/** @param {string} text */
function listed(text) {
  return [...text.matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}/g)]
    .flatMap(([, list = ""]) => list.split(","))
    .map((item) => item.trim().split(/\s+/).at(-1) ?? "")
    .filter((name) => name !== "");
}

/** @param {string} specifier */
function declarationOf(specifier) {
  return specifier.replace(/\.[jt]s$/, ".d.ts");
}
