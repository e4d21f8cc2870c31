/** What the numbers depend on: the machine and the versions. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { bunVersion, isAvailable } from "./server-process.mjs";

const GIB = 1024 ** 3;

export function describeMachine() {
  const processors = cpus();
  const machine = `${processors.length} x ${processors[0]?.model ?? "unknown"}, ${Math.round(totalmem() / GIB)} GiB, ${type()} ${release()}, load ${loadavg()[0].toFixed(1)} at the start`;
  const versions = [
    `Node ${process.versions.node}`,
    `trunkline ${versionOf("trunkline")}${commit()}`,
    `ws ${versionOf("ws")}`,
    `uWebSockets.js ${isAvailable("uws") ? versionOf("@trufflesuite/uws-js-unofficial") : "absent"}`,
    `Bun ${bunVersion ?? "absent"}`,
  ];
  return `${machine}\n${versions.join(", ")}`;
}

function versionOf(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")).version;
}

function commit() {
  try {
    const short = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: new URL("..", import.meta.url),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return ` (${short.trim()})`;
  } catch {
    return "";
  }
}
