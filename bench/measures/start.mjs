/** From the start of a process until it has said where it listens, in milliseconds of the clock. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPTS = {
  trunkline: ["../starts/trunkline.mjs"],
  ws: ["../starts/ws.mjs"],
  command: ["../../packages/cli/dist/main.js", "serve", "-p", "0"],
};
const STARTS_A_ROUND = 5;

export function start(name) {
  return { name, stop: async () => {} };
}

/** The fastest of a few: what else the machine did is not the program's. */
export async function measure({ name }) {
  const times = [];
  for (let i = 0; i < STARTS_A_ROUND; i++) times.push(await startOnce(name));
  return { value: Math.min(...times) };
}

/** The first start is cold: it warms the disk, and shows that the program says where it listens. */
export async function verify({ name }) {
  await startOnce(name);
}

async function startOnce(name) {
  const [script, ...args] = SCRIPTS[name];
  const path = fileURLToPath(new URL(script, import.meta.url));
  const before = performance.now();
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  let elapsed;
  for await (const chunk of child.stdout) {
    if (!/(ws|http):\/\//.test(chunk.toString())) continue;
    elapsed = performance.now() - before;
    break;
  }
  child.kill("SIGKILL");
  await ended;
  if (elapsed === undefined)
    throw new Error(`${name} ended before it said where it listens: ${said}`);
  return elapsed;
}
