/**
 * The end of the current turn: what was sent outside of a read leaves here, one write for each
 * connection. `process.nextTick` runs after the promise reactions of the code that sent, so that a
 * loop of awaits is one turn as well. A process that ends first ("exit") sends it then: the system
 * takes bytes also from who is about to end.
 */
export interface Flushable {
  flush(): void;
}

let waiting: Flushable[] = [];
/** Who flushes at the end of the read that is under way. */
let reading: Flushable | undefined;

process.on("exit", () => {
  reading?.flush();
  flushAll();
});

/** A read is being answered, and `item` flushes at its end. */
export function beginRead(item: Flushable): void {
  reading = item;
}

export function endRead(): void {
  reading = undefined;
}

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
