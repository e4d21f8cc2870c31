// Plays the suite to other people's servers and clients, and writes what came to results/, a file for each.
//   node conform/peers.mjs [server-ws client-undici …]
// PYTHON names a Python that has the package websockets, CHROMIUM and FIREFOX the browsers.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const main = join(here, "../../packages/cli/dist/main.js");
const scripts = join(here, "../../packages/cli/conform");
const python = process.env.PYTHON ?? "python3";
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const firefox = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
const require = createRequire(import.meta.url);
/** So long that a busy machine is not taken for a peer that does not answer. */
const patient = ["--wait", "15000"];
/** For those whose limit is set to it. */
const limited = [...patient, "--max-message-size", String(2 ** 24)];
/** A client is stuck when it plays no case for so long: the suite gives a minute to each. Milliseconds. */
const STUCK = 70_000;

/** @param {string} name */
const versionOf = (name) =>
  JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")).version;

/** Throws when the program is not there. */
const outputOf = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();

const pythonVersion = () =>
  outputOf(python, "-c", "import websockets; print(websockets.__version__)");

/** @type {Record<string, (file: string) => Promise<string>>} they give the version */
const peers = {
  "server-ws": (file) => testNodeServer(file, "ws"),
  "server-websocket": (file) => testNodeServer(file, "websocket"),
  "server-faye-websocket": (file) => testNodeServer(file, "faye-websocket"),
  "server-python3-websockets": async (file) => {
    const version = pythonVersion();
    await testServer(file, python, ["server.py"]);
    return version;
  },
  "client-ws": (file) => testNodeClient(file, "ws"),
  "client-undici": (file) => testNodeClient(file, "undici", patient),
  "client-websocket": (file) => testNodeClient(file, "websocket"),
  "client-faye-websocket": (file) => testNodeClient(file, "faye-websocket"),
  "client-python3-websockets": async (file) => {
    const version = pythonVersion();
    const args = (port) => [join(scripts, "client.py"), `ws://localhost:${port}`];
    await testClient(file, (port) => spawn(python, args(port), { stdio: "ignore" }));
    return version;
  },
  "client-chromium": (file) =>
    testBrowser(file, chromium, (profile) => [
      `--user-data-dir=${profile}`,
      "--headless",
      "--no-sandbox",
      "--no-first-run",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ]),
  "client-firefox": (file) =>
    testBrowser(file, firefox, (profile) => ["--headless", "--no-remote", "--profile", profile]),
};

async function testNodeServer(file, name) {
  await testServer(file, process.execPath, ["server.mjs", name]);
  return versionOf(name);
}

async function testServer(file, command, args) {
  const child = spawn(command, args, { cwd: here, stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [port] = await once(createInterface(child.stdout), "line");
    const url = `ws://127.0.0.1:${port}/`;
    const suite = [main, "conform", "server", url, ...limited, "--json", file];
    await once(spawn(process.execPath, suite, { stdio: ["ignore", "ignore", "inherit"] }), "exit");
  } finally {
    child.kill("SIGKILL");
  }
}

async function testNodeClient(file, name, options = limited) {
  const args = (port) => [join(here, "client.mjs"), name, port];
  const start = (port) => spawn(process.execPath, args(port), { stdio: "ignore" });
  await testClient(file, start, options);
  return versionOf(name);
}

/** As a user starts it: a debugger would be told of each frame of a flood. */
async function testBrowser(file, command, argsFor) {
  const [version] = outputOf(command, "--version").match(/[\d.]+/) ?? [];
  const profile = mkdtempSync(join(tmpdir(), "conform-"));
  try {
    const start = (port) =>
      spawn(command, [...argsFor(profile), `http://localhost:${port}/`], {
        stdio: "ignore",
        detached: true,
      });
    await testClient(file, start, patient);
  } finally {
    // What it wrote at its end may come while this removes it.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
  return version;
}

/** Plays to the client that `start` gives, which is started anew when it is stuck, until it has asked for the report. */
async function testClient(file, start, options = limited) {
  const args = [main, "conform", "client", "--port", "0", ...options, "--json", file];
  const suite = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(suite, "exit");
  try {
    const lines = createInterface(suite.stdout);
    const [line] = await once(lines, "line");
    lines.resume();
    const port = /localhost:(\d+)/.exec(line)?.[1];
    for (let before = -1, now = 0; now > before; ) {
      before = now;
      const child = start(port);
      if (await watch(suite, child, port)) return;
      kill(child);
      now = await countPlayed(port);
    }
    await fetch(`http://localhost:${port}/report`); // what was not played has failed
    await ended;
  } finally {
    suite.kill("SIGKILL");
  }
}

/** Settles with true when the suite has ended, with false when the client has, or plays nothing any more. */
async function watch(suite, child, port) {
  let [before, since] = [0, performance.now()];
  while (suite.exitCode === null) {
    await sleep(500);
    const played = await countPlayed(port).catch(() => before);
    if (played !== before) [before, since] = [played, performance.now()];
    if (performance.now() - since > STUCK) return false;
    if (child.exitCode !== null && suite.exitCode === null) {
      await Promise.race([once(suite, "exit"), sleep(5000)]);
      return suite.exitCode !== null;
    }
  }
  kill(child);
  return true;
}

async function countPlayed(port) {
  const { cases } = await (await fetch(`http://localhost:${port}/cases`)).json();
  return cases.filter(({ verdict }) => verdict !== undefined).length;
}

/** With the processes of its own, where it leads a group. */
function kill(child) {
  if (child.exitCode !== null || child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
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
