import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeFolder } from "../temporary-folder.test.util.ts";

const RELOADS = 1000;

/** Run with --expose-gc in a process of its own, so that nothing else's garbage is counted. */
const SCRIPT = `
const [, loaderUrl, path, helper] = process.argv;
import { writeFileSync } from "node:fs";
const { ModuleLoader } = await import(loaderUrl);
const ballast = 'export const ballast = "' + "x".repeat(20_000) + '";';
const loader = new ModuleLoader();
const settle = () => new Promise((resolve) => setImmediate(resolve));
async function used() {
  for (let i = 0; i < 5; i++) { gc(); await settle(); }
  return process.memoryUsage().heapUsed;
}
async function reload(times) {
  for (let i = 0; i < times; i++) {
    writeFileSync(helper, 'export const on = "on"; export const save = ' + i + ';' + ballast);
    loader.graph.invalidate(new Set([path, helper]));
    const { default: handler } = await loader.load(path);
    if (handler.message() !== "on") throw new Error("not loaded");
    loader.graph.prune(loader.graph.filesOf(path));
  }
}
await reload(200);
const before = await used();
await reload(${RELOADS});
console.log((await used()) - before);
`;

test("a thousand saves of a handler and its helper leave less than 1 KiB each behind", async (t) => {
  const folder = await makeFolder(t);
  const path = await folder.write(
    "echo.ts",
    'import { sep } from "node:path"; import { on, ballast } from "./_on.ts"; const kept = new Array(10_000).fill(sep + ballast);' +
      "export default { message: (): string => (kept.length > 0 ? on : String(import.meta.url)) };",
  );
  const helper = join(folder.path, "_on.ts");
  const loader = new URL("./module-loader.js", import.meta.url).href;
  const run = promisify(execFile);
  const args = ["--expose-gc", "--input-type=module", "-e", SCRIPT, loader, path, helper];
  const { stdout } = await run(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  const growth = Number(stdout);
  t.diagnostic(`heap growth over ${RELOADS} saves: ${growth} bytes`);
  assert.ok(growth < RELOADS * 1024, `grew by ${growth} bytes`);
});
