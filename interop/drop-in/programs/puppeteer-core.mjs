/** puppeteer-core, whose whole talk with Chromium goes through a WebSocket of `ws`. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import puppeteer from "puppeteer-core";
import { launchOptions } from "../support/browser.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, listen } from "../support/network.mjs";

assertLoads("puppeteer-core");

const http = createServer((request, response) => {
  response.setHeader("Content-Type", "text/html");
  response.end(`<title>${request.url}</title><button>Press</button><output></output>
    <script>document.querySelector("button").onclick = () => {
      document.querySelector("output").textContent = "pressed";
    };</script>`);
});
const port = await listen(http);
const browser = await puppeteer.launch({ ...launchOptions, pipe: false });
try {
  assert.match(browser.wsEndpoint(), /^ws:/);
  const page = await browser.newPage();
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`http://127.0.0.1:${port}/first`);
  assert.equal(await page.title(), "/first");
  assert.ok(requests.includes("/first"));
  await page.click("button");
  assert.equal(await page.$eval("output", ({ textContent }) => textContent), "pressed");

  // Large messages, both ways, and many at once.
  const text = "é😀x".repeat(500_000);
  assert.ok((await page.evaluate((given) => given + given, text)) === text + text);
  const sums = Array.from({ length: 100 }, (_, i) => page.evaluate((n) => n + 1, i));
  assert.deepEqual(
    await Promise.all(sums),
    Array.from({ length: 100 }, (_, i) => i + 1),
  );
  const image = await page.screenshot();
  assert.equal(Buffer.from(image.slice(1, 4)).toString(), "PNG");

  // A second connection to the same browser.
  const other = await puppeteer.connect({ browserWSEndpoint: browser.wsEndpoint() });
  assert.equal((await other.pages()).length, (await browser.pages()).length);
  await other.disconnect();
  const disconnected = new Promise((resolve) => browser.once("disconnected", resolve));
  await browser.close();
  await disconnected;
} finally {
  browser.process()?.kill("SIGKILL");
}
http.closeAllConnections();
await end(http);
assertOpened({ client: 2 });
