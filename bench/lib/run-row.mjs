/** One row: every program is verified first, then the rounds go around: A B C, A B C. */
import { RawClient } from "./raw-client.mjs";
import { ServerProcess } from "./server-process.mjs";

const DEADLINE = 60_000;

/** What each program measured, round by round. `say` is told what goes on. */
export async function runRow(row, { rounds, seconds }, say) {
  const kind = await import(`../measures/${row.kind}.mjs`);
  const start = kind.start ?? ((name) => ServerProcess.start(`servers/${name}.mjs`));
  const programs = new Map();
  const rounded = Object.fromEntries(row.programs.map((name) => [name, []]));
  try {
    for (const name of row.programs) {
      say(`${row.id}: verifying ${name}`);
      programs.set(name, await start(name, row));
      await within(() => kind.verify(programs.get(name), row), `verifying ${name}`);
    }
    for (let round = 1; round <= Math.min(rounds, row.maxRounds ?? rounds); round++) {
      for (const name of row.programs) {
        say(`${row.id}: round ${round} of ${rounds}, ${name}`);
        // What a process has seen before would be in its memory.
        if (row.fresh) await restart(programs, name, () => start(name, row));
        const measure = () => kind.measure(programs.get(name), row, seconds);
        rounded[name].push(await within(measure, `measuring ${name}`));
      }
    }
  } finally {
    for (const program of programs.values()) await program.stop();
  }
  return rounded;
}

async function restart(programs, name, start) {
  await programs.get(name).stop();
  programs.set(name, await start());
}

/** Ends with what `start` ends with, or with the first connection that fails, or when time is up. */
async function within(start, what) {
  let timer;
  const failed = new Promise((_, reject) => {
    RawClient.onFailure = (error) => reject(new Error(`${what}: ${error.message}`));
    timer = setTimeout(() => reject(new Error(`${what}: no end in ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    return await Promise.race([start(), failed]);
  } finally {
    clearTimeout(timer);
  }
}
