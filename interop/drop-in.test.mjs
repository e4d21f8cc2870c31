/**
 * The packed @trunkline/ws under software that other people wrote: each program of drop-in/programs runs
 * twice, with `ws` and with ours in its place by npm's `overrides`. Two at a time.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { executablePath } from "./drop-in/support/browser.mjs";
import { installSwapped, listCopies, original } from "./drop-in/support/installs.mjs";

const programs = readdirSync(join(original, "programs")).map((file) => file.replace(".mjs", ""));
const inBrowser = new Set(["puppeteer-core", "webpack-dev-server"]);
const withoutBrowser = !existsSync(executablePath) && !process.env.CI;
/** Some packages take the global class where there is one. */
const noGlobal = process.allowedNodeEnvironmentFlags.has("--no-experimental-websocket")
  ? ["--no-experimental-websocket"]
  : [];

/** Runs to its end by itself: what it leaves open fails it. */
function run(program, folder, behind) {
  const args = [...noGlobal, join("programs", `${program}.mjs`), behind];
  const options = { cwd: folder, timeout: 90_000, killSignal: "SIGKILL" };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve("ended well");
      const why = error.killed ? "did not end by itself" : `ended with ${error.code}`;
      resolve(`${why}\n${stdout}${stderr}`);
    });
  });
}

describe("software for ws", { concurrency: 2 }, () => {
  let swapped;
  before(async () => {
    swapped = await installSwapped();
  });
  after(() => swapped?.remove());

  test("finds no ws but ours once it is overridden", async () => {
    assert.deepEqual(await listCopies(swapped.folder), ["@trunkline/ws"]);
    const copies = await listCopies(original);
    assert.ok(copies.length > 1);
    assert.deepEqual([...new Set(copies)], ["ws"]);
  });

  for (const program of programs) {
    const skip = withoutBrowser && inBrowser.has(program) && `no browser at ${executablePath}`;
    test(`${program} works on ws`, { skip }, async () => {
      assert.equal(await run(program, original, "ws"), "ended well");
    });
    test(`${program} works on ours`, { skip }, async () => {
      assert.equal(await run(program, swapped.folder, "@trunkline/ws"), "ended well");
    });
  }
});

describe("the table in docs/ws.md", () => {
  const page = readFileSync(fileURLToPath(new URL("../docs/ws.md", import.meta.url)), "utf8");
  const rows = page.split("\n").filter((line) => line.includes("](../interop/drop-in/programs/"));

  test("has a row for every program", () => {
    const named = rows.map((row) => /programs\/([\w-]+)\.mjs\)/.exec(row)?.[1]);
    assert.deepEqual(named.toSorted(), programs.toSorted());
  });

  test("names the versions that ran", () => {
    const { packages } = JSON.parse(readFileSync(join(original, "package-lock.json"), "utf8"));
    for (const row of rows) {
      const versions = [...row.split("|")[1].matchAll(/`([^`\s]+)` (\d[\w.-]*)/g)];
      assert.ok(versions.length > 0, row);
      for (const [, name, version] of versions)
        assert.equal(version, packages[`node_modules/${name}`].version, name);
    }
  });
});
