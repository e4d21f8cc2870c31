// @ts-check
// The console in Chromium, against the command itself.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, see, skip, startServer, withPage, withServer } from "./harness.mjs";

/** @typedef {import("playwright-core").Page} Page */

const phone = { viewport: { width: 360, height: 740 } };

describe("the console", { skip }, () => {
  /** @type {import("./harness.mjs").Browser} */
  let browser;
  /** @type {import("./harness.mjs").Server} */
  let server;

  before(async () => {
    [browser, server] = await Promise.all([
      openBrowser(),
      startServer(["-w", "examples/handlers"]),
    ]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("offers this server's echo, connects, and says what the socket says", () =>
    withPage(browser, {}, async (page) => {
      await page.goto(`${server.url}/`);
      assert.equal(await page.getByLabel("Address").inputValue(), `ws://${server.host}/echo`);
      await connect(page);
      assert.equal(await page.locator("#ready-state").textContent(), "1 OPEN");
      assert.equal(await page.locator("#protocol").textContent(), "none");
      assert.equal(await page.locator("#buffered-amount").textContent(), "0 B");
    }));

  it("stands at /_trunkline/ too, with a link to the tutorial", () =>
    withPage(browser, {}, async (page) => {
      await page.goto(`${server.url}/_trunkline/`);
      await connect(page);
      await page.getByRole("link", { name: "Tutorial" }).click();
      await page.getByRole("heading", { name: "A WebSocket, step by step" }).waitFor();
    }));

  it("sends text, and logs it and its echo with their size in bytes", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await sendText(page, "漢字 and text");
      await see(page.locator(".row.sent"), /sent.*text.*15 B.*漢字 and text/);
      await see(page.locator(".row.received"), /received.*text.*15 B.*漢字 and text/);
    }));

  it("sends bytes typed in hex, and shows the echo as a hex dump", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await page.getByRole("radio", { name: "Hex" }).check();
      await page.getByLabel("Bytes in hex").fill("00 ff 48 69");
      await page.getByRole("button", { name: "Send" }).click();
      const echo = page.locator(".row.received");
      await see(echo, /binary.*4 B.*00 ff 48 69/);
      await echo.locator("summary").click();
      await see(echo.locator("pre"), /^000000 {2}00 ff 48 69 +\.\.Hi$/);
    }));

  it("refuses what is not hex in a sentence, and sends nothing", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await page.getByRole("radio", { name: "Hex" }).check();
      await page.getByLabel("Bytes in hex").fill("00 fx");
      await page.getByRole("button", { name: "Send" }).click();
      await see(page.getByRole("alert"), "“x” is not a hex digit");
      assert.equal(await page.locator(".row.sent").count(), 0);
    }));

  it("sends a file as one binary message", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await page.getByRole("radio", { name: "File" }).check();
      const buffer = Buffer.alloc(100_000, "a");
      const mimeType = "application/octet-stream";
      await page.locator("#file").setInputFiles({ name: "a.bin", mimeType, buffer });
      await page.getByRole("button", { name: "Send" }).click();
      await see(page.locator(".row.received"), /binary.*97 KiB/);
    }));

  it("lays out JSON when a message is opened", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await sendText(page, '{"a":[1,2]}');
      const echo = page.locator(".row.received");
      await echo.locator("summary").click();
      assert.equal(await echo.locator("pre").textContent(), '{\n  "a": [\n    1,\n    2\n  ]\n}');
    }));

  it("closes with a code and a reason, and says how it ended", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await close(page, "3001", "enough");
      await see(page.locator(".row.event"), "Closing: code 3001, “enough”");
      await see(page.getByRole("status"), "Closed: code 3001, clean");
      assert.equal(await page.locator("#ready-state").textContent(), "3 CLOSED");
      await connect(page);
    }));

  it("says with which code and reason the server closed", () =>
    withServer(["-w", "tests/browser/handlers"], (own) =>
      withPage(browser, {}, async (page) => {
        await page.goto(`${own.url}/`);
        await page.getByLabel("Address").fill("/farewell");
        await connect(page);
        await sendText(page, "that was all");
        await see(page.getByRole("status"), "Closed: code 4000, clean, reason “that was all”");
      }),
    ));

  it("refuses a code or a reason as the browser would, and stays open", () =>
    withPage(browser, {}, async (page) => {
      await open(page, server);
      await close(page, "1001", "");
      await see(page.getByRole("alert"), "A page may close with 1000 or with 3000 to 4999");
      await close(page, "1000", "漢".repeat(42));
      await see(page.getByRole("alert"), "at most 123 bytes in UTF-8; this one has 126");
      assert.equal(await page.locator("#ready-state").textContent(), "1 OPEN");
    }));

  it("refuses an address and a subprotocol that no socket can have", () =>
    withPage(browser, {}, async (page) => {
      await page.goto(`${server.url}/`);
      await page.getByLabel("Address").fill("localhost:9998/echo");
      await page.getByLabel("Subprotocols").fill("chat, chat");
      await page.getByRole("button", { name: "Connect" }).click();
      await see(page.getByRole("alert"), "An address starts with ws:// or wss://");
      await see(page.getByRole("alert"), "“chat” is there twice");
      assert.equal(await page.locator(".row").count(), 0);
    }));

  it("can be used with the keyboard alone", () =>
    withPage(browser, {}, async (page) => {
      await page.goto(`${server.url}/`);
      await page.getByLabel("Address").focus();
      await page.keyboard.press("Enter");
      await see(page.locator("#pill"), "open");
      await page.getByLabel("Message", { exact: true }).focus();
      await page.keyboard.type("typed");
      await page.keyboard.press("Enter");
      await see(page.locator(".row.received"), "typed");
    }));

  it("filters, clears and copies the log", () =>
    withPage(browser, { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
      await open(page, server);
      await sendText(page, "one");
      await sendText(page, "two");
      await see(page.locator("#count"), "6 entries");
      await page.getByLabel("Show").selectOption("received");
      await page.getByLabel("Search the log").fill("TWO");
      await see(page.locator("#count"), "1 of 6 entries");
      await page.getByRole("button", { name: "Copy" }).click();
      await see(page.locator("#count"), "1 entry copied");
      const copied = await page.evaluate("navigator.clipboard.readText()");
      assert.match(String(copied), /^\d\d:\d\d:\d\d\.\d{3}\treceived\ttext\t3 B\ttwo$/);
      await page.getByRole("button", { name: "Clear" }).click();
      assert.equal(await page.locator(".row").count(), 0);
    }));

  it("says that the server closed with 1001, clean, when it is stopped", () =>
    withServer(["-w", "examples/handlers"], (own) =>
      withPage(browser, {}, async (page) => {
        await open(page, own);
        assert.equal(await own.stop(), 0);
        await see(page.getByRole("status"), "Closed: code 1001, clean");
      }),
    ));

  it("takes a thousand messages and goes on, and keeps the newest 5000", () =>
    withServer(["-w", "tests/browser/handlers"], (own) =>
      withPage(browser, {}, async (page) => {
        await page.goto(`${own.url}/`);
        await page.getByLabel("Address").fill("/burst");
        await connect(page);
        await sendText(page, "1000");
        await see(page.locator("#count"), "1003 entries");
        assert.equal(await page.locator(".row.received").count(), 1000);
        await sendText(page, "5000");
        await see(page.locator("#count"), "5000 entries");
        await see(page.locator("#dropped"), "1004 older entries were dropped");
        await page.locator(".row").last().filter({ hasText: '{"number":5000}' }).waitFor();
      }),
    ));

  it("fits a phone: nothing scrolls sideways, before and after messages", () =>
    withPage(browser, phone, async (page) => {
      await open(page, server);
      await sendText(page, "long ".repeat(200));
      await page.locator(".row.received summary").click();
      await close(page, "1001", "");
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
    }));

  it("follows the system's dark and light colours", async () => {
    /** @type {number[]} */
    const grounds = [];
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await withPage(browser, { colorScheme }, async (page) => {
        await page.goto(`${server.url}/`);
        grounds.push(await brightnessOf(page, "background-color"));
        grounds.push(await brightnessOf(page, "color"));
      });
    }
    const [lightGround = 0, lightText = 0, darkGround = 0, darkText = 0] = grounds;
    assert.ok(lightGround > 200 && lightText < 60, "dark on light");
    assert.ok(darkGround < 60 && darkText > 200, "light on dark");
  });
});

/**
 * @param {Page} page
 * @param {import("./harness.mjs").Server} server
 */
async function open(page, server) {
  await page.goto(`${server.url}/`);
  await connect(page);
}

/** @param {Page} page */
async function connect(page) {
  await page.getByRole("button", { name: "Connect" }).click();
  await see(page.locator("#pill"), "open");
}

/**
 * @param {Page} page
 * @param {string} text
 */
async function sendText(page, text) {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/**
 * @param {Page} page
 * @param {string} code
 * @param {string} reason
 */
async function close(page, code, reason) {
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Close" }).click();
}

/**
 * The mean of a colour's red, green and blue, as the browser computed it for the body.
 *
 * @param {Page} page
 * @param {"color" | "background-color"} property
 */
async function brightnessOf(page, property) {
  const color = await page.evaluate(`getComputedStyle(document.body)["${property}"]`);
  const [red = 0, green = 0, blue = 0] = (String(color).match(/\d+/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}
