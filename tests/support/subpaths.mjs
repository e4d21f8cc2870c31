// @ts-check
// The public subpaths of a package, as its manifest states them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/workspace.mjs";

/**
 * @typedef {{ readonly types: string, readonly default: string }} Target files, relative to the package
 * @typedef {Target & { readonly browser?: Target, readonly import?: undefined }} Plain
 * @typedef {{ readonly browser: string, readonly import: Target, readonly require: Target }} Split for import and for require
 * @typedef {Plain | Split} Conditions
 */

/**
 * @param {string} folder such as `packages/trunkline`
 * @returns {{ name: string, version: string, exports: Record<string, string | Conditions> }}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/**
 * Such as `trunkline` and `trunkline/server`; without `package.json`.
 *
 * @param {string} folder
 */
export function subpathsOf(folder) {
  const { name, exports } = readManifest(folder);
  return Object.keys(exports)
    .filter((key) => key !== "./package.json")
    .map((key) => key.replace(/^\./, name));
}
