// @ts-check
// The arrows that imports may follow, and the check that they follow no other.
// It works on a map from path to source, so that a test can give it sources that break the rules.
import { posix } from "node:path";
import { findImports } from "./imports.mjs";

/** Which folders of packages/trunkline/src a folder may import, besides itself. */
export const arrows = {
  protocol: [],
  connection: ["protocol"],
  client: ["connection", "protocol"],
  server: ["connection", "protocol"],
  ws: ["connection", "protocol"],
  testing: ["client", "connection", "protocol", "server"],
  index: ["client", "connection", "protocol", "server"],
};

/** Files without a twin test, each with the reason. Everything else has one beside it. */
export const withoutTwin = /** @type {Readonly<Record<string, string>>} */ ({
  "connection/mask-module.ts":
    "made from wasm/mask.wat; tests/wasm.test.mjs and shared-memory.test.ts hold it to it",
});

/** @typedef {Readonly<Record<string, string>>} Sources from path, relative to src/, to text */

/**
 * One sentence for each import of the library that follows no arrow of the table.
 *
 * @param {Sources} sources
 */
export function findWrongArrows(sources) {
  return Object.entries(sources).flatMap(([path, text]) =>
    findImports(text).flatMap(({ specifier, line }) => {
      const wrong = judgeImport(path, specifier);
      return wrong === undefined ? [] : [`${path}:${line}: ${wrong}`];
    }),
  );
}

/**
 * One sentence for each import of another package's sources that reaches behind the public subpaths
 * of the library.
 *
 * @param {Sources} sources
 * @param {readonly string[]} subpaths such as `trunkline/server`
 */
export function findPrivateImports(sources, subpaths) {
  return Object.entries(sources).flatMap(([path, text]) =>
    findImports(text).flatMap(({ specifier = "", line }) => {
      if (subpaths.includes(specifier)) return [];
      if (!/^trunkline(\/|$)|(^|\/)packages\/|(^|\/)trunkline\/(src|dist)\//.test(specifier))
        return [];
      return [`${path}:${line}: "${specifier}" is not a public subpath of trunkline.`];
    }),
  );
}

/**
 * The sources that have no test beside them and no reason for it, and the reasons that are not needed.
 *
 * @param {readonly string[]} paths relative to src/
 * @param {Readonly<Record<string, string>>} excused
 */
export function findMissingTwins(paths, excused) {
  const all = new Set(paths);
  const sources = paths.filter((path) => !isForTests(path));
  const hasTwin = (/** @type {string} */ path) => all.has(path.replace(/\.ts$/, ".test.ts"));
  const missing = sources
    .filter((path) => posix.basename(path) !== "index.ts" && !hasTwin(path) && !(path in excused))
    .map((path) => `${path} has no test beside it.`);
  const idle = Object.keys(excused)
    .filter((path) => !all.has(path) || hasTwin(path))
    .map((path) => `${path} needs no excuse any more.`);
  return [...missing, ...idle];
}

/**
 * @param {string} path
 * @param {string | undefined} specifier
 * @returns {string | undefined} what is wrong
 */
function judgeImport(path, specifier) {
  if (specifier === undefined) return "the module's name is computed, so nobody can follow it.";
  const layer = layerOf(path);
  if (layer === undefined) return "the file is in no layer: add its folder to the table.";
  const isTest = isForTests(path);
  if (specifier.startsWith("node:")) {
    return layer === "protocol" && !isTest ? `protocol imports "${specifier}".` : undefined;
  }
  if (!specifier.startsWith(".")) {
    return isTest ? undefined : `"${specifier}" is a package: the library has no dependency.`;
  }
  const target = layerOf(posix.join(posix.dirname(path), specifier));
  if (target === layer) return undefined;
  if (isTest && target === "testing") return undefined;
  const allowed = /** @type {readonly (string | undefined)[]} */ (arrows[layer]);
  return allowed.includes(target) ? undefined : `${layer} imports ${target ?? specifier}.`;
}

/**
 * Tests, and what they share: `a.test.ts`, `certificate.test.util.ts`.
 *
 * @param {string} path
 */
function isForTests(path) {
  return path.includes(".test.");
}

/**
 * @param {string} path relative to src/
 * @returns {keyof typeof arrows | undefined}
 */
function layerOf(path) {
  const [folder = "", ...rest] = path.split("/");
  const name = rest.length === 0 ? folder.replace(/\..*$/, "") : folder;
  if (rest.length === 0 && name !== "index") return undefined;
  return Object.hasOwn(arrows, name) ? /** @type {keyof typeof arrows} */ (name) : undefined;
}
