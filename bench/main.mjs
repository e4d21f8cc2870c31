/**
 * The measurements: `npm run bench -- [--only <part of a row's name>]… [--rounds N] [--seconds S]
 * [--quick] [--json] [--list]`. Progress goes to stderr, results to stdout.
 */
import { chooseRows, readArguments } from "./lib/arguments.mjs";
import { describeMachine } from "./lib/machine.mjs";
import { formatResult, summarize } from "./lib/report.mjs";
import { runRow } from "./lib/run-row.mjs";
import { isAvailable } from "./lib/server-process.mjs";
import { rows } from "./rows.mjs";

const args = readArguments();
const { rounds, seconds } = args;
const chosen = chooseRows(rows, args);

if (args.list) for (const { id } of chosen) console.log(id);
else await run();

async function run() {
  const machine = describeMachine();
  if (!args.json) console.log(`${introduce(machine)}\n`);
  const results = [];
  const began = performance.now();
  for (const row of chosen) results.push(...(await runAndPrint(row)));
  const minutes = (performance.now() - began) / 60_000;
  if (args.json) console.log(JSON.stringify({ machine, rounds, seconds, results }, null, 2));
  else console.log(`${conclude(results)}\nTook ${minutes.toFixed(1)} minutes.`);
}

/** A row that fails is said, and costs the exit code, not the other rows. */
async function runAndPrint(row) {
  const programs = row.programs.filter(isAvailable);
  try {
    const rounded = await runRow({ ...row, programs }, { rounds, seconds }, say);
    const results = summarize({ ...row, programs }, rounded);
    say("");
    for (const result of results) if (!args.json) console.log(`${formatResult(result)}\n`);
    return results;
  } catch (error) {
    console.error(`${row.id} failed: ${error.message}\n`);
    process.exitCode = 1;
    return [];
  }
}

function introduce(machine) {
  return `${machine}
${rounds} interleaved rounds of ${seconds} s; medians, ± half the distance from lowest to highest.
µs: CPU of the measured process for each message (or handshake); ratio: ours divided by theirs, the
median of the rounds' own, and "of" its target.`;
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
