/**
 * The measurements: `npm run bench -- [--only <part of a row's name>]… [--rounds N] [--seconds S]
 * [--quick] [--json] [--list]`. Progress goes to stderr, results to stdout.
 */
import { parseArgs } from "node:util";
import { describeMachine } from "./lib/machine.mjs";
import { formatResult, summarize } from "./lib/report.mjs";
import { runRow } from "./lib/run-row.mjs";
import { hasBun } from "./lib/server-process.mjs";
import { rows } from "./rows.mjs";

const { values: args } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string" },
    seconds: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

const rounds = Number(args.rounds ?? (args.quick ? 1 : 3));
const seconds = Number(args.seconds ?? (args.quick ? 0.3 : 0.8));
const chosen = rows.filter(
  ({ id }) => args.only.length === 0 || args.only.some((part) => id.includes(part)),
);

if (args.list) {
  for (const { id } of chosen) console.log(id);
} else if (chosen.length === 0) {
  console.error(`No row has ${args.only.join(" or ")} in its name; --list shows them.`);
  process.exitCode = 2;
} else {
  await run();
}

async function run() {
  const machine = describeMachine();
  const intro = `${machine}\n${rounds} interleaved rounds of ${seconds} s; median, and ± half the distance from lowest to highest; CPU of the measured process alone`;
  if (!args.json) console.log(`${intro}\n`);
  const results = [];
  for (const row of chosen) {
    const programs = row.programs.filter((name) => name !== "bun" || hasBun());
    const rounded = await runRow({ ...row, programs }, { rounds, seconds }, say);
    say("");
    for (const result of summarize({ ...row, programs }, rounded)) {
      results.push(result);
      if (!args.json) console.log(`${formatResult(result)}\n`);
    }
  }
  if (!args.json) console.log(conclude(results));
  if (args.json) console.log(JSON.stringify({ machine, rounds, seconds, results }, null, 2));
}

/** One line that is written over; nothing where nobody looks. */
function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function conclude(results) {
  const judged = results.filter(({ met }) => met !== undefined);
  const missed = judged.filter(({ met }) => !met).map(({ id }) => id);
  const list = missed.length === 0 ? "" : `; not met: ${missed.join(", ")}`;
  return `${judged.length - missed.length} of ${judged.length} targets met${list}`;
}
