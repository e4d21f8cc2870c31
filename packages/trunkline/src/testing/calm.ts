/**
 * When the wires in memory are at rest: what was written has arrived, and what arrived has been
 * answered. Nothing is timed; turns of the loop are counted. Work that waits for something else (a
 * file, a timer of the machine) is not waited for.
 */

/** Promises, `process.nextTick` and `setImmediate` between a delivery and its answer take no more turns. */
const QUIET_TURNS = 4;
/** Two ends that never stop talking are left to it. */
const MOST_TURNS = 10_000;

let moves = 0;

/** Something was delivered on a wire. */
export function noteMove(): void {
  moves++;
}

/** Settles when nothing has moved for a few turns of the loop. */
export async function calm(): Promise<void> {
  let seen = moves;
  let quiet = 0;
  for (let turn = 0; quiet < QUIET_TURNS && turn < MOST_TURNS; turn++) {
    await nextTurn();
    quiet = moves === seen ? quiet + 1 : 0;
    seen = moves;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
