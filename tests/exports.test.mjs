// @ts-check
// The public names, per subpath, are those of tests/exports.snapshot.json: a name that appears or goes
// is seen in the review. `npm run test:update` writes the file anew.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { root } from "../scripts/lib/workspace.mjs";
import { readDeclaredNames, readPublicNames } from "./support/public-names.mjs";
import { readManifest } from "./support/subpaths.mjs";

const snapshotPath = join(root, "tests/exports.snapshot.json");
const folder = "packages/trunkline";

describe("the public names", () => {
  it("are those of the snapshot", async () => {
    const names = await readAllNames();
    if (process.env.UPDATE_SNAPSHOTS) writeFileSync(snapshotPath, format(names));
    const expected = JSON.parse(readFileSync(snapshotPath, "utf8"));
    assert.deepEqual(names, expected, "if this is meant, run: npm run test:update");
  });

  it("hold no default export, but for what stands in the place of ws", async () => {
    for (const [subpath, { values }] of Object.entries(await readAllNames())) {
      assert.equal(values.includes("default"), subpath === "trunkline/ws", subpath);
    }
  });
});

describe("the reader of declarations", () => {
  const scratch = mkdtempSync(join(tmpdir(), "trunkline-names-"));
  after(() => rmSync(scratch, { recursive: true }));

  it("finds declared, listed, renamed and passed-on names, and no others", () => {
    writeFileSync(join(scratch, "b.d.ts"), "export interface B {}\ninterface Hidden {}\n");
    const text = `
      // export declare class Commented {}
      export declare abstract class A { export: string }
      export type T = { readonly x: "q" } | undefined;
      export declare function f(): void;
      declare const inner: number;
      export import W = Inner.W;
      export { inner as outer, type U } from "./elsewhere.js";
      export type { V } from "./elsewhere.js";
      export * from "./b.js";
      export {};
    `;
    writeFileSync(join(scratch, "a.d.ts"), text);
    const names = readDeclaredNames(join(scratch, "a.d.ts"));
    assert.deepEqual(names, ["A", "B", "T", "U", "V", "W", "f", "outer"]);
  });
});

/** @returns {Promise<Record<string, import("./support/public-names.mjs").PublicNames>>} */
async function readAllNames() {
  const { name, exports } = readManifest(folder);
  /** @type {Record<string, import("./support/public-names.mjs").PublicNames>} */
  const names = {};
  for (const [key, target] of Object.entries(exports)) {
    if (typeof target === "string") continue;
    const subpath = key.replace(/^\./, name);
    names[subpath] = await readNamesOf(target.import ?? target);
    if (typeof target.browser === "object")
      names[`${subpath} (browser)`] = await readNamesOf(target.browser);
  }
  return names;
}

/** @param {import("./support/subpaths.mjs").Target} target */
function readNamesOf(target) {
  return readPublicNames(join(root, folder, target.types), join(root, folder, target.default));
}

/** @param {unknown} names */
function format(names) {
  return `${JSON.stringify(names, undefined, 2)}\n`;
}
