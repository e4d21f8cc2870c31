// @ts-check
// The tutorial in Chromium, in both languages: its page, served and opened from disk, and the pages that
// the reader of docs/tutorial.md writes.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/lib/workspace.mjs";
import { findSnippets } from "../support/snippets.mjs";
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

const written = [
  { file: "docs/tutorial.md", run: "Run", greeting: "Hello, line!", send: "Send", me: "I: " },
  {
    file: "docs/tutorial.zh.md",
    run: "运行",
    greeting: "你好，WebSocket！",
    send: "发送",
    me: "我：",
  },
];

// A browser asks for an icon, and a reader's folder has none.
const withoutIcon = { ignoreFailedRequests: true };

describe("what the tutorial lets its reader write", { skip }, () => {
  /** @type {import("./harness.mjs").Browser} */
  let browser;

  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  for (const { file, run, greeting, send, me } of written) {
    it(`is a page that says, hears, and sees the server go, in ${file}`, () =>
      withFolder(file, (folder) =>
        withServer(foldersOf(folder), (server) =>
          withPage(
            browser,
            {},
            async (page) => {
              await page.goto(server.url);
              const lines = page.locator("#story li");
              await page.getByRole("button", { name: run }).click();
              await see(lines, "message");
              assert.equal(await server.stop(), 0);
              await see(lines, "close");
              const expected = ["open", `message: ${greeting}`, "close: 1001"];
              assert.deepEqual(await lines.allTextContents(), expected);
            },
            withoutIcon,
          ),
        ),
      ));

    it(`is a chat between pages, in ${file}`, () =>
      withFolder(file, (folder) =>
        withServer(foldersOf(folder), (server) =>
          withPage(
            browser,
            {},
            async (one) => {
              const two = await one.context().newPage();
              for (const page of [one, two]) {
                await page.goto(`${server.url}/chat.html`);
                await page.waitForFunction("socket.readyState === WebSocket.OPEN");
              }
              await one.locator("#text").fill("<b>hi</b>");
              await one.getByRole("button", { name: send }).click();
              await see(two.locator("#lines li"), "<b>hi</b>");
              assert.deepEqual(await one.locator("#lines li").allTextContents(), [
                `${me}<b>hi</b>`,
              ]);
            },
            withoutIcon,
          ),
        ),
      ));
  }
});

/** @param {string} folder */
function foldersOf(folder) {
  return ["-w", join(folder, "handlers"), "-d", join(folder, "public")];
}

/**
 * Gives a folder with the files of the tutorial to a test: the blocks that begin with a path.
 *
 * @param {string} file
 * @param {(folder: string) => Promise<void>} run
 */
async function withFolder(file, run) {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-tutorial-"));
  for (const { code } of findSnippets(file, readFileSync(join(root, file), "utf8"))) {
    const [, path] = /^(?:\/\/|<!--) ((?:handlers|public)\/\S+)/.exec(code) ?? [];
    if (path === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
