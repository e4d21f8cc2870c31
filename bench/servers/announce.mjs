/**
 * What every server under test does besides serving: it says its port in one line, says its memory
 * after a collection when asked with SIGUSR2, and ends when the bench that started it is gone.
 * It runs under Node and under Bun.
 */
export function announce(port) {
  process.on("SIGUSR2", () => say({ memory: collectAndMeasure() }));
  process.stdin.on("end", () => process.exit());
  process.stdin.resume();
  say({ port });
}

/** What a reply adds to its request: 64 B become 1 KiB. */
export const FILLER = "trunkline ".repeat(96);

/** Publishers send one message that holds as many as are to be published in that turn. */
export const PUBLISHED_SIZE = 64;

/** How many connections a publisher's path asks for: `/publish-16`. */
export const PUBLISH_BATCHES = [1, 16];

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function collectAndMeasure() {
  const collect = globalThis.Bun ? () => globalThis.Bun.gc(true) : globalThis.gc;
  for (let i = 0; i < 3; i++) collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
