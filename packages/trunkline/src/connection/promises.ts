/**
 * Lets all promises run before something goes on, as a browser does between two events: a microtask
 * has the promises before it that are there already, and may be followed by more of them; the tick that
 * it asks for comes when none is left.
 */
export interface Resting {
  wake(): void;
}

const settled: Promise<void> = Promise.resolve();
let waiting: Resting[] = [];

/** Calls `wake` once no promise of this turn is left to run. */
export function afterPromises(item: Resting): void {
  if (waiting.length === 0) settled.then(askForTick);
  waiting.push(item);
}

function askForTick(): void {
  // Who comes from here on has promises that the tick may be too early for.
  const items = waiting;
  waiting = [];
  process.nextTick(wakeAll, items);
}

function wakeAll(items: readonly Resting[]): void {
  for (const item of items) item.wake();
}
