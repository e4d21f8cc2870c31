// @ts-check
// The console and the polling page in Firefox, over WebDriver BiDi: playwright drives only a Firefox of
// its own, so puppeteer does it here. What the pages show is tested in Chromium; this is whether they
// work in another browser at all.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { launch } from "puppeteer-core";
import { startServer } from "./harness.mjs";

/** @typedef {import("puppeteer-core").Page} Page */

const executablePath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
const patience = 30_000;

/** CI prepares a Firefox, so there a missing one is a failure. */
const skip =
  !existsSync(executablePath) && !process.env.CI
    ? `no Firefox at ${executablePath}: install it, or name it in FIREFOX`
    : false;

describe("in Firefox", { skip }, () => {
  /** @type {import("puppeteer-core").Browser} */
  let browser;
  /** @type {import("./harness.mjs").Server} */
  let server;

  before(async () => {
    [browser, server] = await Promise.all([
      launch({ browser: "firefox", executablePath, headless: true }),
      startServer(["-w", "examples/handlers"]),
    ]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("the console connects, sends, shows the echo and closes", () =>
    withPage(browser, async (page) => {
      await page.goto(`${server.url}/`);
      await page.locator("#connect").click();
      await see(page, "#ready-state", "1 OPEN");
      await page.locator("#message").fill("漢字 and text");
      await page.locator("#send").click();
      await see(page, ".row.received", "漢字 and text");
      await page.locator("#close").click();
      await see(page, "#ready-state", "3 CLOSED");
    }));

  it("the polling page brings the feed in four ways, counts it, and speaks Chinese when asked", () =>
    withPage(browser, async (page) => {
      await page.goto(`${server.url}/_trunkline/polling.html`);
      await page.locator("#start").click();
      await see(page, "#status", "Running.");
      for (const way of ["poll", "longPoll", "events", "socket"]) {
        await page.waitForSelector(`[data-way=${way}] [data-cell=each]:not([data-value=""])`);
      }
      await page.select("#language", "zh");
      await see(page, "h1", "轮询与 WebSocket，并排比较");
      await page.locator("#stop").click();
      await see(page, "#status", "已停止");
      const requests = await page.$$eval("[data-cell=requests]", (cells) =>
        cells.map((cell) => Number(cell.textContent)),
      );
      assert.ok((requests[1] ?? 0) > (requests[0] ?? 0), "long polling asks more often");
      assert.deepEqual(requests.slice(2), [1, 1]);
    }));

  for (const thread of ["main", "worker"]) {
    it(`the benchmark runs in the ${thread} thread`, () =>
      withPage(browser, async (page) => {
        await page.goto(`${server.url}/_trunkline/benchmark.html`);
        await page.select("#to", "20");
        await page.$eval(`input[value=${thread}]`, (input) => input.click());
        await page.locator("#start").click();
        await see(page, "#status", "Done: 2 sizes.");
      }));
  }
});

/**
 * Fails when the page threw, or asked another host.
 *
 * @param {import("puppeteer-core").Browser} browser
 * @param {(page: Page) => Promise<void>} run
 */
async function withPage(browser, run) {
  // Of its own, because the language that a reader chose is remembered.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  page.setDefaultTimeout(patience);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!new URL(request.url()).hostname.includes("localhost")) problems.push(request.url());
  });
  try {
    await run(page);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

/**
 * Waits until an element has the text.
 *
 * @param {Page} page
 * @param {string} selector
 * @param {string} text
 */
async function see(page, selector, text) {
  await page.locator(`${selector} ::-p-text(${text}), ${selector}::-p-text(${text})`).wait();
}
