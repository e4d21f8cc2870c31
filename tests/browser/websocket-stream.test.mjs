// @ts-check
// The table of cases that our WebSocketStream passes on Node, in Chromium against its own: where the
// two differ, the case says so, with the reason, and a Chromium that changes its mind fails here.
import assert from "node:assert/strict";
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
import { openBrowser, openTable, skip } from "./harness.mjs";

describe("Chromium's WebSocketStream", { skip }, () => {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openTable>>} */
  let table;

  before(async () => {
    browser = await openBrowser();
    table = await openTable(browser, "stream-cases", "streamCases");
  });
  after(async () => {
    table?.close();
    await browser?.close();
  });

  for (const [index, { name, expected, chromium }] of streamCases.entries()) {
    it(`${name}${chromium === undefined ? "" : ` (differs: ${chromium.why})`}`, async (context) => {
      const server = await startPeer(context, (peer) =>
        answer(peer, { encodeFrame, closePayload }),
      );
      const seen = await table.play(index, { base: server.url.slice(0, -1) });
      assert.deepEqual(seen, chromium === undefined ? expected : chromium.gives);
    });
  }
});
