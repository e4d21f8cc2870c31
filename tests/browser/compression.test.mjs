// @ts-check
// permessage-deflate with a browser: what it is told was agreed on, and that its messages come across.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serve } from "../../packages/trunkline/dist/index.js";
import { openBrowser, skip } from "./harness.mjs";

/** @typedef {import("../../packages/trunkline/dist/index.js").ServerWebSocket} Socket */

describe("a page", { skip }, () => {
  /** @type {import("playwright-core").Browser} */
  let browser;

  before(async () => {
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
  });

  const both = "; server_no_context_takeover; client_no_context_takeover";
  for (const [what, perMessageDeflate, extensions] of /** @type {const} */ ([
    ["with the server's defaults", true, `permessage-deflate${both}`],
    [
      "with contexts taken over in small windows",
      {
        serverNoContextTakeover: false,
        clientNoContextTakeover: false,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 9,
        threshold: 0,
      },
      "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
    ],
    ["without", false, ""],
  ])) {
    it(`sees the extensions in use, and hears its messages, ${what}`, async () => {
      const echo = {
        /** @param {Socket} socket @param {string | Uint8Array} data */
        message: (socket, data) => void socket.send(data),
      };
      const server = await serve({
        port: 0,
        origins: "any",
        perMessageDeflate,
        routes: { "/echo": echo },
        http: (_request, response) => void response.end("<!doctype html><title>page</title>"),
      });
      const page = await browser.newPage();
      try {
        await page.goto(server.url.replace("ws:", "http:"));
        const texts = ["again and ".repeat(300), "", "short", "é🦊".repeat(40_000)];
        const said = [...texts, ...texts];
        const seen = await page.evaluate(askAll, { url: `${server.url}/echo`, said });
        assert.equal(seen.extensions, extensions);
        assert.deepEqual(seen.heard, said);
      } finally {
        await page.close();
        await server.close();
      }
    });
  }
});

/**
 * Runs in the page.
 *
 * @param {{ readonly url: string; readonly said: readonly string[] }} given
 * @returns {Promise<{ extensions: string; heard: string[] }>}
 */
function askAll({ url, said }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    /** @type {string[]} */
    const heard = [];
    socket.onopen = () => {
      for (const text of said) socket.send(text);
    };
    socket.onerror = () => reject(new Error("the connection failed"));
    socket.onmessage = ({ data }) => {
      if (heard.push(data) < said.length) return;
      resolve({ extensions: socket.extensions, heard });
      socket.close();
    };
  });
}
