/**
 * The end of the current turn: what was sent outside of a read leaves here, one write for each
 * connection. `process.nextTick` runs after the promise reactions of the code that sent, so that a
 * loop of awaits is one turn as well.
 */
export interface Flushable {
  flush(): void;
}

let waiting: Flushable[] = [];

/** Calls `flush` once this turn's code has run. The caller asks once a turn. */
export function flushAfterTurn(item: Flushable): void {
  if (waiting.length === 0) process.nextTick(flushAll);
  waiting.push(item);
}

function flushAll(): void {
  const items = waiting;
  waiting = [];
  for (const item of items) item.flush();
}
