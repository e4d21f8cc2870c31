/** One row: every program is verified first, then the rounds go around: A B C, A B C. */
import { ServerProcess } from "./server-process.mjs";

const DEADLINE = 60_000;

/** The values of each program, round by round. `say` is told what goes on. */
export async function runRow(row, { rounds, seconds }, say) {
  const { measure, verify } = await import(`../measures/${row.kind}.mjs`);
  const servers = new Map();
  const values = Object.fromEntries(row.programs.map((name) => [name, []]));
  try {
    for (const name of row.programs) {
      say(`${row.id}: verifying ${name}`);
      const server = await ServerProcess.start(`servers/${name}.mjs`);
      servers.set(name, server);
      await within(DEADLINE, verify(server, row), `${row.id}: verifying ${name}`);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [name, server] of servers) {
        say(`${row.id}: round ${round + 1} of ${rounds}, ${name}`);
        const one = measure(server, row, seconds);
        values[name].push((await within(DEADLINE, one, `${row.id}: ${name}`)).value);
      }
    }
  } finally {
    for (const server of servers.values()) await server.stop();
  }
  return values;
}

async function within(milliseconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end in time`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
