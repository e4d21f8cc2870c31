/**
 * Two installs of the same packages: this folder's own, with `ws`, and a copy of it elsewhere with the
 * packed @trunkline/ws in the place of every `ws`, by the override that a user writes. All other
 * packages are those of the lockfile in both.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));

const asLocked = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];

/** This folder's own. */
export const original = fileURLToPath(new URL("..", import.meta.url));

/** Gives the copy's folder, and what removes it. */
export async function installSwapped() {
  const base = mkdtempSync(join(tmpdir(), "trunkline-drop-in-"));
  const remove = () => rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  try {
    const folder = join(base, "drop-in");
    copyTo(base, "support");
    for (const name of ["programs", "support"]) copyTo(base, join("drop-in", name));
    writeManifest(folder, await packInto(folder));
    await npm(["install", ...asLocked], folder);
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function copyTo(base, path) {
  cpSync(join(root, "interop", path), join(base, path), { recursive: true });
}

/** The name in the manifest of each copy that `npm ls ws` finds in an install. */
export async function listCopies(folder) {
  const { stdout } = await npm(["ls", "ws", "--all", "--parseable"], folder);
  const paths = stdout.split("\n").filter((path) => basename(path) === "ws");
  return paths.map((path) => JSON.parse(readFileSync(join(path, "package.json"), "utf8")).name);
}

async function packInto(folder) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await npm([...args, "./packages/trunkline", "./packages/ws"], root);
  const packed = Object.values(JSON.parse(stdout)).map(({ name, filename }) => [name, filename]);
  return Object.fromEntries(packed.map(([name, file]) => [name, `file:${join(folder, file)}`]));
}

/** The lockfile goes along without its copies of `ws`, or npm would keep those. */
function writeManifest(folder, tarballs) {
  const manifest = readJson("package.json");
  // Until it is in the registry, what @trunkline/ws depends on comes as a tarball too.
  const { trunkline, "@trunkline/ws": ws } = tarballs;
  Object.assign(manifest.dependencies, { trunkline, ws });
  manifest.overrides = { ws: "$ws" };
  const lock = readJson("package-lock.json");
  for (const path of Object.keys(lock.packages))
    if (path.endsWith("node_modules/ws")) delete lock.packages[path];
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
}

function readJson(name) {
  return JSON.parse(readFileSync(join(original, name), "utf8"));
}

function npm(args, cwd) {
  return execute("npm", args, { cwd, shell: process.platform === "win32", maxBuffer: 2 ** 26 });
}
