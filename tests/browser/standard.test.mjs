// @ts-check
// The table of the WHATWG standard's algorithms in Chromium, against its own class: the same file that
// Node runs against ours (packages/trunkline/src/client/standard-cases.test.util.ts), and the same server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { standardCases } from "../../packages/trunkline/dist/client/standard-cases.test.util.js";
import { startStandardServer } from "../../packages/trunkline/dist/client/standard-peers.test.util.js";
import { root } from "../../scripts/lib/workspace.mjs";
import { openBrowser, skip } from "./harness.mjs";

const table = readFileSync(
  `${root}/packages/trunkline/dist/client/standard-cases.test.util.js`,
  "utf8",
);

const page = `<!doctype html><title>The standard</title><script type="module">
  import { standardCases } from "/table.js";
  window.runCase = async (index, server) => (await standardCases[index].run({ WebSocket, server })) ?? null;
</script>`;

/** Serves the page and the table. */
async function startPage() {
  const server = createServer((request, response) => {
    const isTable = request.url === "/table.js";
    response.setHeader("Content-Type", isTable ? "text/javascript" : "text/html");
    response.end(isTable ? table : page);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { server, url: `http://127.0.0.1:${address.port}/` };
}

describe("the table of the standard in Chromium", { skip }, () => {
  /** @type {import("./harness.mjs").Browser} */
  let browser;
  /** @type {import("./harness.mjs").Page} */
  let tab;
  /** @type {import("node:http").Server} */
  let server;

  before(async () => {
    const started = await startPage();
    server = started.server;
    browser = await openBrowser();
    tab = await browser.newPage();
    await tab.goto(started.url);
    await tab.waitForFunction("window.runCase !== undefined");
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  for (const [index, { algorithm, name, expected, chromium }] of standardCases.entries()) {
    it(`${algorithm}: ${name}`, { timeout: 10_000 }, async (context) => {
      const { url } = await startStandardServer(
        /** @type {import("node:test").TestContext} */ (context),
      );
      const address = JSON.stringify(url.replace(/\/$/, ""));
      const outcome = await tab.evaluate(`window.runCase(${index}, ${address})`);
      assert.deepEqual(outcome, chromium === undefined ? expected : chromium.gives);
    });
  }
});
