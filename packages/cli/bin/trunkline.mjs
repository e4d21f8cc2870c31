#!/usr/bin/env node
// The command as npm links it. It stands outside dist/, because npm links what is there when it installs,
// and in a clone nothing is built then.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('trunkline: the command is not built: run "npm ci && npm run build" in its clone');
  process.exitCode = 1;
}
