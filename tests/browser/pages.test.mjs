// @ts-check
// The pages beside the console in Chromium, in both languages, against the command itself.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { skip as noCapture, startCapture } from "./capture.mjs";
import { openBrowser, see, skip, startServer, withPage, withServer } from "./harness.mjs";
import { openProxy } from "./traffic-proxy.mjs";

/** @typedef {import("playwright-core").Page} Page */

const languages = /** @type {const} */ ([
  {
    locale: "en-US",
    lang: "en",
    console: "Console",
    headings: {
      events: "The four events",
      buffer: "readyState and bufferedAmount",
      push: "Server push",
      polling: "Polling and WebSocket, side by side",
      benchmark: "Benchmark",
    },
    open: "open",
    done: "Done: 3 sizes.",
    stopped: "Stopped",
  },
  {
    locale: "zh-CN",
    lang: "zh-Hans",
    console: "控制台",
    headings: {
      events: "四个事件",
      buffer: "readyState 与 bufferedAmount",
      push: "服务器推送",
      polling: "轮询与 WebSocket，并排比较",
      benchmark: "性能测试",
    },
    open: "已打开",
    done: "完成：共 3 种大小。",
    stopped: "已停止",
  },
]);

const ways = [
  { way: "poll", path: "/_trunkline/feed/poll" },
  { way: "longPoll", path: "/_trunkline/feed/long-poll" },
  { way: "events", path: "/_trunkline/feed/events" },
  { way: "socket", path: "/_trunkline/feed/socket" },
];

describe("the pages", { skip }, () => {
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

  for (const { locale, lang, headings, console, open, done, stopped } of languages) {
    describe(`in ${locale}`, () => {
      it("speak the browser's language, say where one is, and fit a phone", () =>
        withPage(browser, { locale, viewport: { width: 360, height: 740 } }, async (page) => {
          for (const [name, heading] of Object.entries(headings)) {
            await page.goto(`${server.url}/_trunkline/${name}.html`);
            await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
            assert.equal(await page.locator("html").getAttribute("lang"), lang);
            assert.ok((await page.title()).endsWith("– Trunkline"));
            const here = page.locator("nav [aria-current=page]");
            assert.ok((await here.getAttribute("href"))?.endsWith(`/${name}.html`));
            assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, name);
          }
          await page.goto(`${server.url}/`);
          await page
            .getByRole("heading", { level: 1, name: console })
            .waitFor({ state: "attached" });
        }));

      it("show the polling table whole, with the numbers of a long run", () =>
        withPage(browser, { locale }, async (page) => {
          await page.goto(`${server.url}/_trunkline/polling.html`);
          await page.evaluate(fillPollingTable);
          for (const width of [700, 900, 1100, 1400]) {
            await page.setViewportSize({ width, height: 800 });
            assert.equal(await page.evaluate(hiddenWidth), 0, `${width} px`);
          }
          // On a phone it scrolls.
          await page.setViewportSize({ width: 360, height: 740 });
          assert.notEqual(await page.evaluate(hiddenWidth), 0);
        }));

      it("name every control for a screen reader", () =>
        withPage(browser, { locale }, async (page) => {
          for (const name of ["", ...Object.keys(headings).map((each) => `${each}.html`)]) {
            await page.goto(`${server.url}/_trunkline/${name}`);
            assert.deepEqual(await page.evaluate(findNameless), [], name);
          }
        }));

      it("tell the four events in their order", () => tellEvents(browser, server, locale));

      it("show the buffer fill and drain, to the byte", () => drainBuffer(browser, server, locale));

      it("bring to every page what one of them says", () =>
        withPage(browser, { locale }, async (page) => {
          await page.goto(`${server.url}/_trunkline/push.html`);
          await see(page.locator("#pill"), open);
          const second = await page.context().newPage();
          await second.goto(`${server.url}/_trunkline/push.html`);
          await see(second.locator("#pages"), "2");
          await second.locator("#text").fill("hello, all");
          await second.locator("#text").press("Enter");
          await see(page.locator("#heard li"), "hello, all");
          await see(second.locator("#heard li"), "hello, all");
          assert.equal(await page.locator("#requests").textContent(), "1");
          assert.match(String(await page.locator("#clock").textContent()), /^\d\d:\d\d:\d\d$/);
        }));

      it("count the bytes of each way as they pass on the wire", () =>
        comparePolling(browser, server, locale, stopped));

      it("measure, verify, and give the results as CSV", () =>
        measure(browser, server, { locale, done }));
    });
  }

  it("count what a capture of the loopback has, within 2 %", { skip: noCapture }, () =>
    withPage(browser, { locale: "en-US" }, async (page) => {
      const capture = await startCapture(Number(new URL(server.url).port));
      await runPolling(page, server.url, "Stopped");
      const shown = await Promise.all(ways.map(({ way }) => readWay(page, way)));
      const traffic = await capture.stop();
      for (const [index, { way, path }] of ways.entries()) {
        for (const name of /** @type {const} */ (["requests", "received", "sent"])) {
          const captured = traffic.of(path)[name];
          const difference = Math.abs((shown[index]?.[name] ?? 0) - captured);
          assert.ok(captured > 0 && difference <= captured * 0.02, `${way}: ${name} ${captured}`);
        }
      }
    }),
  );

  it("speak the language that the reader chooses, at once and from then on, with the line open", () =>
    withPage(browser, { locale: "en-US" }, async (page) => {
      await page.goto(`${server.url}/`);
      await page.locator("#connect").click();
      await see(page.locator("#pill"), "open");
      await page.getByLabel("Language").selectOption("zh");
      await see(page.locator("#pill"), "已打开");
      await see(page.locator("#status"), "已打开");
      assert.equal(await page.locator("#ready-state").textContent(), "1 OPEN");
      assert.ok((await page.locator("#tutorial").getAttribute("href"))?.endsWith(".zh.html"));
      await page.locator("nav").getByText("服务器推送").click();
      await page.getByRole("heading", { name: "服务器推送" }).waitFor();
      await page.getByLabel("Language").selectOption("en");
      await page.getByRole("heading", { name: "Server push" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Server push" }).waitFor();
    }));

  it("can be used with the keyboard alone", () =>
    withPage(browser, { locale: "en-US" }, async (page) => {
      await page.goto(`${server.url}/_trunkline/benchmark.html`);
      await page.keyboard.press("Tab");
      await page.getByRole("link", { name: "Skip to the page" }).press("Enter");
      await page.locator("#to").selectOption("10");
      await page.keyboard.press("Enter");
      await page.locator("#start").focus();
      await page.keyboard.press("Enter");
      await see(page.getByRole("status"), "Done: 1 size.");
      assert.equal(await page.evaluate("document.activeElement.id"), "start");
    }));

  it("say that the server has gone when it goes while the feed runs", () =>
    withServer([], (own) =>
      withPage(
        browser,
        { locale: "en-US" },
        async (page) => {
          await page.goto(`${own.url}/_trunkline/polling.html`);
          await page.getByRole("button", { name: "Start" }).click();
          await see(page.getByRole("status"), "Running.");
          assert.equal(await own.stop(), 0);
          await see(page.getByRole("status"), "The server has gone");
          assert.ok(await page.getByRole("button", { name: "Start" }).isEnabled());
        },
        { ignoreFailedRequests: true },
      ),
    ));

  it("stop a benchmark where it is", () =>
    withPage(browser, { locale: "en-US" }, async (page) => {
      for (const thread of ["main", "worker"]) {
        await page.goto(`${server.url}/_trunkline/benchmark.html`);
        await page.locator(`input[value=${thread}]`).check({ force: true });
        await page.locator("#to").selectOption("100000000");
        await page.getByRole("button", { name: "Start" }).click();
        await page.locator("#results tr").first().waitFor();
        // A click waits until the page is at rest, which a benchmark on its thread keeps it from on a busy machine.
        await page.getByRole("button", { name: "Stop" }).dispatchEvent("click");
        await see(page.getByRole("status"), "Stopped.");
        assert.ok(await page.getByRole("button", { name: "Start" }).isEnabled());
      }
    }));
});

/** Writes numbers as wide as a minute brings, and wider. Runs in the page. */
const fillPollingTable = `(() => {
  const unit = document.documentElement.lang.startsWith("zh") ? "毫秒" : "ms";
  const wide = { rate: "100.0", age50: "1,047.5", age95: "1,047.5" };
  for (const cell of document.querySelectorAll("#ways [data-cell]")) {
    const number = wide[cell.dataset.cell] ?? "363,418";
    cell.textContent = cell.dataset.cell.startsWith("age") ? number + " " + unit : number;
  }
})()`;

/** How much of the table one must scroll to. Runs in the page. */
const hiddenWidth = `(() => {
  const box = document.querySelector("#ways").closest(".scrolls");
  return box.scrollWidth - box.clientWidth;
})()`;

/** What can be used and has no name that a screen reader could say. Runs in the page. */
const findNameless = `[...document.querySelectorAll("button, input, select, textarea, a, [role=img], nav, section")]
  .filter((element) => {
    const labelledBy = element.getAttribute("aria-labelledby");
    const label = element.getAttribute("aria-label")
      ?? (labelledBy && document.getElementById(labelledBy)?.textContent)
      ?? element.labels?.[0]?.textContent
      ?? (element.matches("button, a") ? element.textContent : "");
    return label.trim() === "";
  })
  .map((element) => element.outerHTML.slice(0, 80))`;

/**
 * @param {import("./harness.mjs").Browser} browser
 * @param {import("./harness.mjs").Server} server
 * @param {string} locale
 */
function tellEvents(browser, server, locale) {
  return withPage(
    browser,
    { locale },
    async (page) => {
      await page.goto(`${server.url}/_trunkline/events.html`);
      await page.locator("#connect").click();
      await see(page.locator(".states [aria-current]"), "1 OPEN");
      await page.locator("#say-hello").click();
      await see(page.locator("#event-message .last"), 'data: "hello"');
      await page.locator("#ask-close").click();
      await see(page.locator("#event-close .last"), "code: 4001");
      await page.locator("#nowhere").click();
      await see(page.locator("#event-close .last"), "code: 1006");
      const came = await page.locator("#story .came .name").allTextContents();
      assert.deepEqual(came, ["open", "message", "close", "error", "close"]);
      const counts = await page.locator(".times").allTextContents();
      assert.deepEqual(
        counts.map((text) => Number.parseInt(text, 10)),
        [1, 1, 1, 2],
      );
    },
    { ignoreFailedRequests: true },
  );
}

/**
 * @param {import("./harness.mjs").Browser} browser
 * @param {import("./harness.mjs").Server} server
 * @param {string} locale
 */
function drainBuffer(browser, server, locale) {
  return withPage(browser, { locale }, async (page) => {
    const size = 32 * 1024 * 1024;
    await page.goto(`${server.url}/_trunkline/buffer.html`);
    await page.locator("#rate").selectOption(String(16 * 1024 * 1024));
    await page.locator("#connect").click();
    await see(page.locator(".states [aria-current]"), "1 OPEN");
    await page.locator("[data-send='32']").click();
    const shown = await readNumbers(page);
    assert.equal(shown.sent, size);
    assert.ok((shown.buffered ?? 0) > 0, "some of it waits");
    assert.equal((shown.buffered ?? 0) + (shown["on-way"] ?? 0) + (shown.read ?? 0), size);
    await page.locator(`#read[data-value="${size}"]`).waitFor();
    assert.deepEqual(await readNumbers(page), { sent: size, buffered: 0, "on-way": 0, read: size });
    await page.locator("[data-send='32']").click();
    await page.locator("#close").click();
    await see(page.locator(".states [aria-current]"), "2 CLOSING");
    await see(page.locator(".states [aria-current]"), "3 CLOSED");
    await see(page.getByRole("status"), "1000");
  });
}

/**
 * @param {Page} page
 * @returns {Promise<Record<string, number>>}
 */
async function readNumbers(page) {
  const found = await page.evaluate(
    `Object.fromEntries([...document.querySelectorAll("dd[data-value]")].map((e) => [e.id, Number(e.dataset.value)]))`,
  );
  return /** @type {Record<string, number>} */ (found);
}

/**
 * @param {import("./harness.mjs").Browser} browser
 * @param {import("./harness.mjs").Server} server
 * @param {string} locale
 * @param {string} stopped
 */
async function comparePolling(browser, server, locale, stopped) {
  const proxy = await openProxy(server.url);
  try {
    await withPage(browser, { locale }, async (page) => {
      await runPolling(page, proxy.url, stopped);
      for (const { way, path } of ways) {
        const shown = await readWay(page, way);
        const { requests, received, sent } = proxy.traffic.of(path);
        assert.equal(shown.requests, requests, `${way}: requests`);
        assert.equal(shown.received, received, `${way}: bytes to the server`);
        assert.equal(shown.sent, sent, `${way}: bytes to the page`);
        assert.ok((shown.each ?? 0) > 0 && (shown.age50 ?? -1) >= 0, way);
        assert.ok((shown.age95 ?? 0) >= (shown.age50 ?? 0), way);
      }
    });
  } finally {
    await proxy.close();
  }
}

/**
 * Until there were three polls, each with the values of a second.
 *
 * @param {Page} page
 * @param {string} url
 * @param {string} stopped
 */
async function runPolling(page, url, stopped) {
  await page.goto(`${url}/_trunkline/polling.html`);
  await page.locator("#rate").fill("5");
  await page.locator("#start").click();
  await see(page.locator("[data-way=poll] [data-cell=requests]"), /^([3-9]|\d\d+)$/);
  await page.locator("#stop").click();
  await see(page.getByRole("status"), stopped);
}

/**
 * @param {Page} page
 * @param {string} way
 * @returns {Promise<Record<string, number>>}
 */
async function readWay(page, way) {
  const found = await page.evaluate(
    `Object.fromEntries([...document.querySelectorAll("[data-way=${way}] [data-cell]")].map((e) => [e.dataset.cell, Number(e.dataset.value)]))`,
  );
  return /** @type {Record<string, number>} */ (found);
}

/**
 * @param {import("./harness.mjs").Browser} browser
 * @param {import("./harness.mjs").Server} server
 * @param {{ readonly locale: string, readonly done: string }} language
 */
function measure(browser, server, { locale, done }) {
  const permissions = ["clipboard-read", "clipboard-write"];
  return withPage(browser, { locale, permissions }, async (page) => {
    await page.goto(`${server.url}/_trunkline/benchmark.html`);
    await page.locator("#to").selectOption("40");
    await page.locator("#verify").check();
    const runs = [
      ["send", "string", "main"],
      ["receive", "arraybuffer", "worker"],
      ["echo", "blob", "main"],
      ["send", "blob", "worker"],
    ];
    for (const values of runs) {
      for (const value of values)
        await page.locator(`input[value=${value}]`).check({ force: true });
      await page.locator("#start").click();
      await see(page.locator("#stop:disabled"), "");
      await see(page.getByRole("status"), done);
    }
    await page.locator("#copy").click();
    const csv = String(await page.evaluate("navigator.clipboard.readText()"));
    const [, ...rows] = csv.trim().split("\n");
    assert.deepEqual(
      rows.map((row) => row.split(",").slice(0, 5).join(",")),
      runs.flatMap((run) => [10, 20, 40].map((size) => [...run, "yes", size].join(","))),
    );
    for (const row of rows) {
      const [, , , , size, messages, milliseconds, perSecond, , bad] = row.split(",").map(Number);
      assert.ok((messages ?? 0) > 0 && (milliseconds ?? 0) > 0);
      const expected = ((size ?? 0) * (messages ?? 0) * 1000) / (milliseconds ?? 1);
      assert.ok(Math.abs((perSecond ?? 0) / expected - 1) < 0.01, row);
      assert.equal(bad, 0);
    }
    assert.equal(await page.locator("#results tr").count(), rows.length);
  });
}
