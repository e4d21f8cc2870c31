/** The command started (bin/trunkline.mjs): the process's streams and exit code, and nothing else. */
import { inspect } from "node:util";
import { run } from "./run.ts";

const { stdout, stderr } = process;
// Whoever read our output may go (a pipe into `head`); the server goes on.
for (const stream of [stdout, stderr]) stream.on("error", () => {});
const exitCode = await run(process.argv.slice(2), {
  stdout,
  stderr,
  environment: process.env,
}).catch(showBug);

// Ended, not left to end: a handler's timer or database connection would hold the process.
// What was written leaves first, where a pipe is asynchronous.
stdout.write("", () => stderr.write("", () => process.exit(exitCode)));

/** `serve` goes on after what nobody catches: left to Node, a start that failed would stay without a port. */
function showBug(error: unknown): number {
  stderr.write(`${inspect(error)}\n`);
  return 1;
}
