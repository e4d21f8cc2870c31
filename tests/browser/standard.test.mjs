// @ts-check
// The table of the WHATWG standard's algorithms in Chromium, against its own class: the same file that
// Node runs against ours (packages/trunkline/src/client/standard-cases.test.util.ts), and the same server.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { standardCases } from "../../packages/trunkline/dist/client/standard-cases.test.util.js";
import { startStandardServer } from "../../packages/trunkline/dist/client/standard-peers.test.util.js";
import { openBrowser, openTable, skip } from "./harness.mjs";

describe("the table of the standard in Chromium", { skip }, () => {
  /** @type {import("./harness.mjs").Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openTable>>} */
  let table;

  before(async () => {
    browser = await openBrowser();
    table = await openTable(browser, "standard-cases", "standardCases");
  });
  after(async () => {
    table?.close();
    await browser?.close();
  });

  for (const [index, { algorithm, name, expected, chromium }] of standardCases.entries()) {
    it(`${algorithm}: ${name}`, { timeout: 10_000 }, async (context) => {
      const { url } = await startStandardServer(
        /** @type {import("node:test").TestContext} */ (context),
      );
      const outcome = await table.play(index, { server: url.replace(/\/$/, "") });
      assert.deepEqual(outcome, chromium === undefined ? expected : chromium.gives);
    });
  }
});
