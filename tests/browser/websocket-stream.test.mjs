// @ts-check
// The table of cases that our WebSocketStream passes on Node, in Chromium against its own: where the
// two differ, the case says so, with the reason, and a Chromium that changes its mind fails here.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import {
  closePayload,
  encodeFrame,
  startPeer,
} from "../../packages/trunkline/dist/client/scripted-peer.test.util.js";
import {
  answer,
  streamCases,
} from "../../packages/trunkline/dist/client/stream-cases.test.util.js";
import { openBrowser, skip } from "./harness.mjs";

const table = new URL(
  "../../packages/trunkline/dist/client/stream-cases.test.util.js",
  import.meta.url,
);

describe("Chromium's WebSocketStream", { skip }, () => {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  const files = createServer(async ({ url }, response) => {
    const isTable = url === "/cases.js";
    response.setHeader("Content-Type", isTable ? "text/javascript" : "text/html");
    response.end(isTable ? await readFile(table) : "<!doctype html><title>cases</title>");
  });

  before(async () => {
    browser = await openBrowser();
    await new Promise((resolve) => files.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = files.address();
    assert.ok(typeof address === "object" && address !== null);
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${address.port}/`);
  });
  after(async () => {
    await browser?.close();
    files.close();
  });

  for (const [index, { name, expected, chromium }] of streamCases.entries()) {
    it(`${name}${chromium === undefined ? "" : ` (differs: ${chromium.why})`}`, async (context) => {
      const server = await startPeer(context, (peer) =>
        answer(peer, { encodeFrame, closePayload }),
      );
      const base = server.url.slice(0, -1);
      const seen = await page.evaluate(runCase, { cases: `${page.url()}cases.js`, index, base });
      assert.deepEqual(seen, chromium === undefined ? expected : chromium.gives);
    });
  }
});

/**
 * In the page.
 *
 * @param {{ cases: string, index: number, base: string }} which
 */
async function runCase({ cases, index, base }) {
  const { streamCases: loaded } = await import(cases);
  const { WebSocketStream, WebSocketError } = /** @type {any} */ (globalThis);
  return loaded[index].run({ WebSocketStream, WebSocketError, base });
}
