// @ts-check
// What the scripts share: where things lie, and how a program is run so that its failure is ours.
// A script says what happens; this file says how. It knows no package by name.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const onWindows = process.platform === "win32";

/**
 * Runs a program to its end with our terminal; ends this process with its exit code when it fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
export function run(program, args, cwd = root) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: "inherit", shell: onWindows });
  if (error) fail(`${program} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Runs a script of this repository under the Node that runs us.
 *
 * @param {string} path relative to the root
 * @param {readonly string[]} [args]
 */
export function runNode(path, args = []) {
  const { status } = spawnSync(process.execPath, [join(root, path), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Ends this process with one sentence.
 *
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Builds when a source is newer than what the last whole build wrote last. */
export function buildIfStale() {
  const built = join(root, "packages/cli/dist/main.js");
  if (existsSync(built) && newestSource() <= statSync(built).mtimeMs) return;
  console.error("Building; this takes a few seconds.");
  runNode("scripts/build.mjs");
}

/**
 * `npm ci` in a folder with a manifest of its own, when its lock file is newer than what is installed.
 *
 * @param {string} folder relative to the root
 * @param {readonly string[]} [options] of npm's
 */
export function installIfStale(folder, options = []) {
  const lock = join(root, folder, "package-lock.json");
  if (!existsSync(lock))
    fail(`${folder}/package-lock.json is missing: there is nothing to install.`);
  const installed = join(root, folder, "node_modules/.package-lock.json");
  if (existsSync(installed) && statSync(lock).mtimeMs <= statSync(installed).mtimeMs) return;
  run("npm", ["ci", "--no-audit", "--no-fund", ...options], join(root, folder));
}

/**
 * Every file under a folder, relative to the root, sorted, with `/` on every system.
 *
 * @param {string} folder relative to the root
 * @returns {string[]}
 */
export function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}

/** The folders of the packages, in alphabetical order. */
export function packageFolders() {
  return readdirSync(join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")));
}

function newestSource() {
  const sources = packageFolders().flatMap((folder) => [
    `${folder}/package.json`,
    ...filesUnder(folder).filter((path) => !path.startsWith(`${folder}/dist/`)),
  ]);
  return Math.max(...sources.map((path) => statSync(join(root, path)).mtimeMs));
}
