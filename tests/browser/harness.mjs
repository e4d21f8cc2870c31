// @ts-check
// What the browser tests stand on: the command as a user starts it, and pages in one Chromium.
// A page fails its test by itself when it asked another host for anything, or wrote an error to the
// browser's console.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { root } from "../../scripts/lib/workspace.mjs";

/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */
/** @typedef {import("playwright-core").BrowserContextOptions} PageOptions */

/**
 * @typedef Server
 * @property {string} url without a slash at its end
 * @property {string} host
 * @property {() => Promise<number | null>} stop presses Ctrl-C; gives the exit code
 */

// Only a failure waits this long.
const patience = 10_000;

// What keeps a test machine's Chromium to itself and to this machine.
const launchArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** TRUNKLINE_MAIN drives another build of the command, such as an installed one. */
const main = process.env.TRUNKLINE_MAIN ?? join(root, "packages/cli/dist/main.js");

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/**
 * Why browser tests cannot run here, or false. CI prepares a browser, so there a missing one is a
 * failure: the tests then run, and say that it is missing.
 */
export const skip =
  !existsSync(executablePath) && !process.env.CI
    ? `no browser at ${executablePath}: install Chromium, or name it in CHROMIUM`
    : false;

/** @returns {Promise<Browser>} */
export function openBrowser() {
  return chromium.launch({ executablePath, args: launchArguments });
}

/**
 * Starts `trunkline serve` on a port that the system chooses, and waits for its first line.
 *
 * @param {readonly string[]} args
 * @returns {Promise<Server>}
 */
export async function startServer(args) {
  /** @type {["ignore", "pipe", "inherit"]} */
  const stdio = ["ignore", "pipe", "inherit"];
  const serve = [main, "serve", "-p", "0", "--log-level", "warn", ...args];
  const child = spawn(process.execPath, serve, { cwd: root, stdio });
  const exited = once(child, "exit");
  const url = await readUrl(createInterface(child.stdout));
  const stop = async () => {
    child.kill("SIGINT");
    // A server that does not end fails its test by its exit code, and leaves nothing running.
    const deadline = setTimeout(() => child.kill("SIGKILL"), patience);
    const [code] = await exited;
    clearTimeout(deadline);
    return code;
  };
  return { url, host: new URL(url).host, stop };
}

/**
 * The address in the start line. The lines after it are read too, or a full pipe would hold the server.
 *
 * @param {import("node:readline").Interface} lines
 * @returns {Promise<string>}
 */
function readUrl(lines) {
  return new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      const [url] = /http:\/\/[^\s/]+/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    lines.once("close", () => reject(new Error("the command ended without saying its address")));
  });
}

/**
 * Gives a server to a test, and stops it whatever happens.
 *
 * @param {readonly string[]} args
 * @param {(server: Server) => Promise<void>} run
 */
export async function withServer(args, run) {
  const server = await startServer(args);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

/**
 * Gives a page in a context of its own to a test. Where the test makes requests fail, the browser's own
 * words about those are no problem of the page.
 *
 * @param {Browser} browser
 * @param {PageOptions} options
 * @param {(page: Page) => Promise<void>} run
 * @param {{ readonly ignoreFailedRequests?: boolean }} [allowed]
 */
export async function withPage(browser, options, run, { ignoreFailedRequests = false } = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  try {
    const page = await context.newPage();
    const problems = watch(page);
    await run(page);
    const ownWords = /^Failed to load resource|^WebSocket connection to /;
    const counted = problems.filter((text) => !ignoreFailedRequests || !ownWords.test(text));
    assert.deepEqual(counted, []);
  } finally {
    await context.close();
  }
}

/**
 * Collects what a page must not do. Its own host is the one it was first opened from.
 *
 * @param {Page} page
 */
function watch(page) {
  /** @type {string[]} */
  const problems = [];
  let ownHost = "";
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (!protocol.startsWith("http")) return;
    ownHost ||= host;
    if (host !== ownHost) problems.push(`asked for ${request.url()}`);
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return problems;
}

/**
 * Opens a page that loads a table of cases from the client's compiled tests, and plays them against
 * the browser's own classes.
 *
 * @param {Browser} browser
 * @param {string} module such as standard-cases
 * @param {string} table its export
 * @returns {Promise<{ play: (index: number, given: object) => Promise<unknown>, close: () => void }>}
 */
export async function openTable(browser, module, table) {
  const path = join(root, `packages/trunkline/dist/client/${module}.test.util.js`);
  const server = createServer(({ url }, response) => {
    const isTable = url === "/table.js";
    response.setHeader("Content-Type", isTable ? "text/javascript" : "text/html");
    response.end(isTable ? readFileSync(path) : "<!doctype html><title>A table</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  const play = (/** @type {number} */ index, /** @type {object} */ given) =>
    page.evaluate(playCase, { from: `${page.url()}table.js`, table, index, given });
  return { play, close: () => server.close() };
}

/**
 * In the page. What a case gives is JSON, and undefined is null there.
 *
 * @param {{ from: string, table: string, index: number, given: object }} which
 */
async function playCase({ from, table, index, given }) {
  const { [table]: cases } = await import(from);
  const { WebSocket, WebSocketStream, WebSocketError } = /** @type {any} */ (globalThis);
  const classes = { WebSocket, WebSocketStream, WebSocketError };
  return (await cases[index].run({ ...classes, ...given })) ?? null;
}

/**
 * Waits until one of the elements has the text.
 *
 * @param {Locator} elements
 * @param {string | RegExp} text
 */
export async function see(elements, text) {
  await elements.filter({ hasText: text }).first().waitFor();
}
