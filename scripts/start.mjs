// @ts-check
// `npm start`: builds when needed, then serves the examples on port 9998.
// Extra arguments go to the command and win: `npm start -- -p 9999`.
// The command runs inside this process, so that a signal reaches it once and its exit code is ours.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildIfStale, root } from "./lib/workspace.mjs";

buildIfStale();

process.chdir(root);
const main = join(root, "packages/cli/dist/main.js");
const served = ["-w", "examples/handlers", "-d", "examples/public"];
process.argv = [process.execPath, main, "serve", "-p", "9998", ...served, ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
