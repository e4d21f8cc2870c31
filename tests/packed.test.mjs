// @ts-check
// What ships is what works: the packages are packed, and the tarballs installed in an empty folder, as
// a user has them. Nothing here may reach the workspace's own copies.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "../scripts/lib/workspace.mjs";
import { readManifest, subpathsOf } from "./support/subpaths.mjs";

const execute = promisify(execFile);
const onWindows = process.platform === "win32";
const packages = ["packages/trunkline", "packages/ws", "packages/cli"];
/** What publint would have otherwise, and `ws` has as it is. */
const asWs = ["USE_EXPORTS_BROWSER"];
const subpaths = subpathsOf("packages/trunkline");

describe("the packed packages", () => {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-packed-"));
  const user = join(folder, "user");
  /** @type {Tarball[]} */
  let tarballs = [];

  before(async () => {
    mkdirSync(user);
    tarballs = await pack(folder);
    await install(user, tarballs);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("hold what runs and its types, and neither tests nor sources", () => {
    for (const { name, paths } of tarballs) {
      const entries = ["dist/index.js", "dist/main.js", "index.cjs"];
      assert.ok(
        entries.some((path) => paths.includes(path)),
        name,
      );
      const hasWorker = paths.includes("python/worker.py");
      assert.equal(hasWorker, name === "@trunkline/cli", name);
      assert.ok(paths.includes("LICENSE"), `${name} has its licence`);
      assert.deepEqual(paths.filter(isUnwanted), [], name);
    }
  });

  it("please publint", async () => {
    for (const { name, file } of tarballs) {
      const bytes = readFileSync(file);
      const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      const { messages, pkg } = await publint({ strict: true, pack: { tarball } });
      const judged = messages.filter(
        ({ code }) => !(name === "@trunkline/ws" && asWs.includes(code)),
      );
      const sentences = judged.map((message) => formatMessage(message, pkg, { color: false }));
      assert.deepEqual(sentences, [], name);
    }
  });

  it("bring no package besides the command's own", () => {
    const manifest = JSON.parse(
      readFileSync(join(user, "node_modules/trunkline/package.json"), "utf8"),
    );
    assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
  });

  for (const subpath of subpaths.filter((name) => name !== "trunkline/ws")) {
    it(`give ${subpath} to import and to require, as one module`, async () => {
      const script = `
        import { createRequire } from "node:module";
        const imported = await import("${subpath}");
        const required = createRequire(import.meta.url)("${subpath}");
        if (Object.keys(imported).length === 0) throw new Error("nothing is exported");
        for (const name of Object.keys(imported)) {
          if (required[name] !== imported[name]) throw new Error(name + " is another one");
        }
      `;
      const flags = ["--input-type=module", "--disable-warning=ExperimentalWarning", "-e", script];
      const { stderr } = await execute(process.execPath, flags, { cwd: user });
      assert.equal(stderr, "");
    });
  }

  it("give what stands in the place of ws as one class, by import and by require, without a warning", async () => {
    const script = `
      import { createRequire } from "node:module";
      import { strictEqual } from "node:assert";
      const require = createRequire(import.meta.url);
      const { default: WebSocket } = await import("trunkline/ws");
      for (const name of ["trunkline/ws", "@trunkline/ws", "ws"]) {
        const required = require(name);
        const imported = await import(name);
        strictEqual(required, WebSocket, name);
        strictEqual(imported.default, WebSocket, name);
        strictEqual(required.WebSocket, WebSocket, name);
        strictEqual(required.Server, imported.WebSocketServer, name);
        for (const key of Object.keys(imported)) {
          if (key !== "default" && key !== "module.exports") strictEqual(required[key], imported[key], key);
        }
      }
      strictEqual(require("ws/package.json").name, "@trunkline/ws");
      strictEqual(require("ws/package.json").version.split(".")[0], "8");
    `;
    const flags = ["--input-type=module", "-e", script];
    const { stderr } = await execute(process.execPath, flags, { cwd: user });
    assert.equal(stderr, "");
  });

  it("have types that hold under each resolution, without our compiler options", async () => {
    const imports = subpaths.map((name, index) => `import * as m${index} from "${name}";`);
    const uses = subpaths.map((_, index) => `export const u${index}: object = m${index};`);
    const text = `${[...imports, ...uses].join("\n")}\n`;
    for (const name of ["module.mts", "common.cts"]) writeFileSync(join(user, name), text);
    await check(user, ["--module", "nodenext", "module.mts", "common.cts"]);
    await check(user, ["--module", "preserve", "--moduleResolution", "bundler", "module.mts"]);
  });

  it("give a command that runs", async () => {
    const { stdout } = await npx(["trunkline", "--version"], user);
    assert.ok(stdout.includes(readManifest("packages/cli").version), stdout);
  });
});

describe("the command before it is built", () => {
  it("says what to do, in one line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "trunkline-unbuilt-"));
    try {
      const file = join(folder, "bin/trunkline.mjs");
      cpSync(join(root, "packages/cli/bin/trunkline.mjs"), file);
      await assert.rejects(execute(process.execPath, [file]), {
        code: 1,
        stderr: /^trunkline: the command is not built: run "npm ci && npm run build"[^\n]*\n$/,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** @typedef {{ name: string, file: string, paths: string[] }} Tarball */

/**
 * @param {string} folder
 * @returns {Promise<Tarball[]>}
 */
async function pack(folder) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await npm([...args, ...packages.map((path) => `./${path}`)], root);
  /** @type {PackedAs[] | Record<string, PackedAs>} */
  const packed = JSON.parse(stdout);
  return Object.values(packed).map(({ name, filename, files }) => ({
    name,
    file: join(folder, filename),
    paths: files.map(({ path }) => path),
  }));
}

/** @typedef {{ name: string, filename: string, files: { path: string }[] }} PackedAs a list up to npm 11 */

/**
 * @param {string} user
 * @param {readonly Tarball[]} tarballs
 */
async function install(user, tarballs) {
  const dependencies = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  // As an override has it.
  dependencies.ws = dependencies["@trunkline/ws"] ?? "";
  const manifest = { name: "user", private: true, type: "module", dependencies };
  writeFileSync(join(user, "package.json"), JSON.stringify(manifest));
  await npm(["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], user);
}

/** @param {string} path */
function isUnwanted(path) {
  const isKnown =
    /^(bin\/|dist\/|ws\/|python\/.*\.py$|conform\/|index\.|browser\.|package\.json$|README|LICENSE|CHANGELOG)/.test(
      path,
    );
  const isSource = /\.test\.|\.tsbuildinfo$|(?<!\.d)\.ts$/.test(path);
  return !isKnown || isSource;
}

/**
 * Compiles with the user's own installed copies; Node's types come from the workspace.
 *
 * @param {string} user
 * @param {readonly string[]} args
 */
async function check(user, args) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
  const options = [
    "--noEmit",
    "--strict",
    "--target",
    "es2023",
    "--lib",
    "es2023,esnext.disposable",
  ];
  const failed = (/** @type {{ stdout?: string }} */ error) => assert.fail(error.stdout ?? "tsc");
  await execute(process.execPath, [tsc, ...options, ...types, ...args], { cwd: user }).catch(
    failed,
  );
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  return execute("npm", args, { cwd, env: environment(), shell: onWindows, maxBuffer: 2 ** 25 });
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npx(args, cwd) {
  return execute("npx", ["--no-install", ...args], { cwd, env: environment(), shell: onWindows });
}

/** Without what an outer npm has set to say which folder and script it works on. */
function environment() {
  const ofOuter = /^npm_(?!config_)|^npm_config_(local_prefix|prefix|workspace)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofOuter.test(name)));
}
