// @ts-check
// The tutorial's page in Chromium, in both languages, served and opened from disk.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { openBrowser, see, skip, withPage, withServer } from "./harness.mjs";

const handlers = ["-w", "examples/handlers"];

const languages = [
  {
    file: "tutorial.html",
    button: "Run the whole story",
    story: (/** @type {string} */ address) => [
      "This browser supports WebSocket.",
      `Connected to ${address} and sending “Hello, line!”.`,
      "“Hello, line!” came back.",
      "The line stays open. Now stop the server: press Ctrl-C where it runs.",
      "The connection is closed (code 1001, clean).",
      "1001 means “going away”: the server said goodbye before it left.",
    ],
  },
  {
    file: "tutorial.zh.html",
    button: "运行全过程",
    story: (/** @type {string} */ address) => [
      "这个浏览器支持 WebSocket。",
      `已连接到 ${address}，正在发送“你好，WebSocket！”。`,
      "收到服务器送回的“你好，WebSocket！”。",
      "连接保持打开。现在请停止服务器：在运行它的终端里按 Ctrl-C。",
      "连接已关闭（代码 1001，正常关闭）。",
      "1001 表示“离开”：服务器在退出之前道了别。",
    ],
  },
];

describe("the tutorial's page", { skip }, () => {
  /** @type {import("./harness.mjs").Browser} */
  let browser;

  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  for (const { file, button, story } of languages) {
    const onDisk = pathToFileURL(`examples/public/${file}`).href;

    /**
     * @param {import("./harness.mjs").Page} page
     * @param {import("./harness.mjs").Server} server
     */
    async function runTheStory(page, server) {
      const lines = page.locator("#story li");
      const expected = story(await page.locator("#address").inputValue());
      await page.getByRole("button", { name: button }).click();
      await see(lines, expected[3] ?? "");
      await see(page.locator("[aria-current]"), "1 OPEN");
      assert.equal(await server.stop(), 0);
      await see(lines, expected[5] ?? "");
      assert.deepEqual(await lines.allTextContents(), expected);
      await see(page.locator("[aria-current]"), "3 CLOSED");
      const counts = await page.locator("#events dd:last-child").allTextContents();
      assert.deepEqual(counts, ["1 ×", "1 ×", "–", "1 ×"]);
    }

    it(`${file}, served, tells the whole story with the server it came from`, () =>
      withServer(handlers, (server) =>
        withPage(browser, {}, async (page) => {
          await page.goto(`${server.url}/_trunkline/${file}`);
          assert.equal(await page.locator("#address").inputValue(), `ws://${server.host}/echo`);
          await runTheStory(page, server);
        }),
      ));

    it(`${file}, opened from disk, tells the whole story with a server on this machine`, () =>
      withServer(handlers, (server) =>
        withPage(browser, {}, async (page) => {
          await page.goto(onDisk);
          assert.equal(await page.locator("#address").inputValue(), "ws://localhost:9998/echo");
          await page.locator("#address").fill(`ws://${server.host}/echo`);
          await runTheStory(page, server);
        }),
      ));

    it(`${file} fits a phone, and links to the other language`, () =>
      withPage(browser, { viewport: { width: 360, height: 740 } }, async (page) => {
        await page.goto(onDisk);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
        await page.locator(".languages a").click();
        const [other] = languages.filter((language) => language.file !== file);
        await page.getByRole("button", { name: other?.button ?? "" }).waitFor();
      }));
  }

  it("says what to do when no server answers, and can be run again", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL("examples/public/tutorial.html").href);
    // A port that was free a moment ago: nobody listens there.
    await withServer(handlers, async ({ host }) => {
      await page.locator("#address").fill(`ws://${host}/echo`);
    });
    await page.getByRole("button", { name: "Run the whole story" }).click();
    await see(page.locator("#story li.problem"), "Is the server running? Start it");
    const counts = await page.locator("#events dd:last-child").allTextContents();
    assert.deepEqual(counts, ["–", "–", "1 ×", "1 ×"]);
    assert.equal(await page.getByRole("button", { name: "Run the whole story" }).isEnabled(), true);
    await context.close();
  });

  it("names an address that is none", () =>
    withPage(browser, {}, async (page) => {
      await page.goto(pathToFileURL("examples/public/tutorial.html").href);
      await page.locator("#address").fill("nowhere:");
      await page.getByRole("button", { name: "Run the whole story" }).click();
      await see(page.locator("#story li.problem"), "“nowhere:” is not an address");
    }));
});
