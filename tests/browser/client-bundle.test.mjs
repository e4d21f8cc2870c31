// @ts-check
// `trunkline/client` bundled for a browser: its own classes under our names, and nothing of Node.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { build } from "vite";
import { root } from "../../scripts/lib/workspace.mjs";
import { openBrowser, skip } from "./harness.mjs";

const program = `
  import * as client from "trunkline/client";
  globalThis.report = {
    native: ["WebSocket", "WebSocketStream", "WebSocketError", "CloseEvent"].filter(
      (name) => client[name] === globalThis[name],
    ),
    names: Object.keys(client).sort(),
  };`;

describe("a bundle of the client for browsers", { skip }, () => {
  // Inside the workspace, where "trunkline" is found.
  const folder = mkdtempSync(join(root, "tests/.bundle-"));
  /** @type {import("./harness.mjs").Browser} */
  let browser;
  /** @type {string} */
  let code;

  before(async () => {
    writeFileSync(join(folder, "main.js"), program);
    code = await bundle(folder);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it("imports nothing", () => {
    assert.doesNotMatch(code, /node:|\brequire\(|^\s*import\b/m);
    assert.match(code, /WebSocketStream/);
  });

  it("has the browser's own classes, and every name that Node's entry has", async () => {
    const page = await browser.newPage();
    await page.addScriptTag({ content: code, type: "module" });
    await page.waitForFunction("globalThis.report !== undefined");
    const { native, names } = /** @type {{ native: string[], names: string[] }} */ (
      await page.evaluate("globalThis.report")
    );
    assert.deepEqual(native, ["WebSocket", "WebSocketStream", "WebSocketError", "CloseEvent"]);
    const node = await import("../../packages/trunkline/dist/client/index.js");
    assert.deepEqual(names, Object.keys(node).sort());
  });
});

/**
 * @param {string} folder with main.js
 * @returns {Promise<string>}
 */
async function bundle(folder) {
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: false, rolldownOptions: { input: join(folder, "main.js") } },
  });
  assert.ok("output" in output);
  const [chunk, ...others] = output.output;
  assert.deepEqual(others, []);
  assert.ok(chunk?.type === "chunk");
  return chunk.code;
}
