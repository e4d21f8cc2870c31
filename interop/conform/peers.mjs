// Plays the suite to other people's servers and clients, and writes what came to results/, a file for each.
//   node conform/peers.mjs [server-ws client-undici …]
// PYTHON names a Python that has the package websockets, CHROMIUM and FIREFOX the browsers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { launch } from "puppeteer-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const main = join(here, "../../packages/cli/dist/main.js");
const scripts = join(here, "../../packages/cli/conform");
const python = process.env.PYTHON ?? "python3";
const require = createRequire(import.meta.url);
/** For those whose limit is set to it. */
const limited = ["--max-message-size", String(2 ** 24)];
/**
 * What a page cannot be asked in minutes: where handshakes fail, a browser waits seconds before it tries
 * again, and each flood goes through its console.
 */
const inMinutes = ["--skip", "answer,agreement,endurance"];

/** @param {string} name */
const versionOf = (name) =>
  JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")).version;

/** @type {Record<string, (file: string) => Promise<string>>} they give the version */
const peers = {
  "server-ws": (file) => testServer(file, process.execPath, ["server.mjs", "ws"], versionOf("ws")),
  "server-websocket": (file) =>
    testServer(file, process.execPath, ["server.mjs", "websocket"], versionOf("websocket")),
  "server-faye-websocket": (file) =>
    testServer(
      file,
      process.execPath,
      ["server.mjs", "faye-websocket"],
      versionOf("faye-websocket"),
    ),
  "server-python3-websockets": async (file) =>
    testServer(file, python, ["server.py"], await pythonVersion()),
  "client-ws": (file) => testClient(file, nodeClient("ws")),
  "client-undici": (file) => testClient(file, nodeClient("undici"), []),
  "client-websocket": (file) => testClient(file, nodeClient("websocket")),
  "client-faye-websocket": (file) => testClient(file, nodeClient("faye-websocket")),
  "client-python3-websockets": (file) =>
    testClient(file, async (port) => {
      await run(python, [join(scripts, "client.py"), `ws://localhost:${port}`]);
      return pythonVersion();
    }),
  "client-chromium": (file) =>
    testClient(
      file,
      (port) =>
        browse(port, {
          browser: "chrome",
          executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--disable-background-networking",
          ],
        }),
      inMinutes,
    ),
  "client-firefox": (file) =>
    testClient(
      file,
      (port) =>
        browse(port, {
          browser: "firefox",
          executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
          // Else each failure delays the next attempt, up to a minute.
          extraPrefsFirefox: { "network.websocket.delay-failed-reconnects": false },
        }),
      inMinutes,
    ),
};

async function testServer(file, command, args, version) {
  const child = spawn(command, args, { cwd: here, stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [port] = await once(createInterface(child.stdout), "line");
    const url = `ws://127.0.0.1:${port}/`;
    await run(process.execPath, [main, "conform", "server", url, ...limited, "--json", file]);
    return version;
  } finally {
    child.kill("SIGKILL");
  }
}

async function testClient(file, play, limit = limited) {
  const args = [main, "conform", "client", "--port", "0", ...limit, "--json", file];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    const lines = createInterface(child.stdout);
    const [line] = await once(lines, "line");
    lines.resume();
    const version = await play(/localhost:(\d+)/.exec(line)?.[1]);
    await ended;
    return version;
  } finally {
    child.kill("SIGKILL");
  }
}

/** @param {string} name */
function nodeClient(name) {
  return async (port) => {
    await run(process.execPath, [join(here, "client.mjs"), name, port]);
    return versionOf(name);
  };
}

async function browse(port, options) {
  const browser = await launch({ headless: true, protocolTimeout: 900_000, ...options });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/`);
    const isDone = () => document.getElementById("status")?.textContent?.startsWith("Done");
    await page.waitForFunction(isDone, { timeout: 600_000, polling: 500 });
    return (await browser.version()).replace(/^\D+/, "");
  } finally {
    await browser.close();
  }
}

async function pythonVersion() {
  const child = spawn(python, ["-c", "import websockets; print(websockets.__version__)"]);
  const [line] = await once(createInterface(child.stdout), "line");
  return line;
}

async function run(command, args) {
  await once(spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] }), "exit");
}

/** What is kept: counts for each group, and what is no pass. */
function condense(name, version, { counts, cases }) {
  const groups = {};
  for (const { group, verdict } of cases) {
    groups[group] ??= { pass: 0, tolerated: 0, informational: 0, fail: 0 };
    groups[group][verdict]++;
  }
  const others = ["fail", "tolerated", "informational"].map((verdict) => [
    verdict,
    Object.fromEntries(
      cases.filter((one) => one.verdict === verdict).map(({ id, came }) => [id, came]),
    ),
  ]);
  return { name, version, counts, groups, ...Object.fromEntries(others) };
}

const words = process.argv.slice(2);
const names = words.length > 0 ? words : Object.keys(peers);
const folder = mkdtempSync(join(tmpdir(), "conform-"));
for (const name of names) {
  const start = performance.now();
  const file = join(folder, `${name}.json`);
  try {
    const version = await peers[name](file);
    const result = condense(name, version, JSON.parse(readFileSync(file, "utf8")));
    writeFileSync(
      join(here, "results", `${name}.json`),
      `${JSON.stringify(result, undefined, 2)}\n`,
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(name, version, JSON.stringify(result.counts), `${seconds} s`);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
rmSync(folder, { recursive: true });
