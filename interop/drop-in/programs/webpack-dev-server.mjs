/** webpack-dev-server: a saved module reaches the page in Chromium by its WebSocket, without a reload. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import webpack from "webpack";
import WebpackDevServer from "webpack-dev-server";
import { launchOptions } from "../support/browser.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";

assertLoads("webpack-dev-server");

const folder = mkdtempSync(join(tmpdir(), "trunkline-webpack-"));
const save = (word) => writeFileSync(join(folder, "word.js"), `export const word = "${word}";\n`);
save("one");
writeFileSync(
  join(folder, "main.js"),
  `import { word } from "./word.js";
  window.loads = (window.loads ?? 0) + 1;
  const show = () => { document.body.dataset.word = word; };
  show();
  module.hot.accept("./word.js", show);`,
);
writeFileSync(
  join(folder, "index.html"),
  '<!doctype html><title>HMR</title><body><script src="/main.js"></script></body>',
);
const compiler = webpack({
  mode: "development",
  context: folder,
  entry: "./main.js",
  output: { path: join(folder, "out"), filename: "main.js" },
  // The compiler sees a save of the same second too.
  watchOptions: { aggregateTimeout: 5 },
  infrastructureLogging: { level: "error" },
  stats: "errors-only",
});
const server = new WebpackDevServer(
  {
    host: "127.0.0.1",
    port: 0,
    hot: true,
    liveReload: false,
    static: folder,
    client: { logging: "info" },
  },
  compiler,
);
await server.start();
// By a pipe: the only WebSockets here are those of the dev server.
const browser = await puppeteer.launch({ ...launchOptions, pipe: true });
try {
  const page = await browser.newPage();
  const connected = new Promise((resolve) => {
    page.on("console", (message) => {
      if (message.text().includes("Hot Module Replacement enabled")) resolve();
    });
  });
  await page.goto(`http://127.0.0.1:${server.server.address().port}/`);
  const see = (word) =>
    page.waitForFunction((expected) => document.body.dataset.word === expected, {}, word);
  await see("one");
  await connected;
  await page.evaluate(() => {
    window.mark = "not reloaded";
  });
  for (const word of ["two", "three"]) {
    save(word);
    await see(word);
  }
  assert.deepEqual(await page.evaluate(() => [window.mark, window.loads]), ["not reloaded", 1]);
} finally {
  await browser.close();
  await server.stop();
  await new Promise((resolve) => compiler.close(resolve));
  rmSync(folder, { recursive: true });
}
assertOpened({ server: 1 });
