/** Runs every test file here; Node 20 hides its own WebSocket client behind a flag. Words choose files. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
const globalClient = typeof WebSocket === "undefined" ? ["--experimental-websocket"] : [];
const options = ["--test", "--test-reporter=spec", "--test-timeout=600000"];
const { status } = spawnSync(process.execPath, [...globalClient, ...options, ...files], {
  cwd: folder,
  stdio: "inherit",
  timeout: 900_000,
});
process.exitCode = status ?? 1;
