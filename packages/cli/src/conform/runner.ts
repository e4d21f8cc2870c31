/**
 * Plays the chosen cases, several at once, and gives the results in the order of the cases. Those
 * that wait for long start first; those that measure run at the end, one at a time. What one case
 * throws is that case's failure. It knows neither sockets nor reports.
 */
import type { Case, Finding } from "./case.ts";
import type { Entry } from "./transcript.ts";

export interface Result extends Finding {
  readonly case: Case;
  readonly milliseconds: number;
  readonly transcript: readonly Entry[];
  /** How many entries the transcript leaves out at its end. */
  readonly left: number;
}

/** What a case left behind. */
export interface Played extends Finding {
  readonly transcript: readonly Entry[];
  readonly left: number;
}

export interface RunOptions {
  /** Plays one case; bounded by itself. */
  play(one: Case): Promise<Played>;
  readonly atOnce: number;
  onResult?(result: Result): void;
}

export async function runCases(cases: readonly Case[], options: RunOptions): Promise<Result[]> {
  const results = new Map<Case, Result>();
  const run = async (one: Case) => {
    const result = await playOne(one, options);
    results.set(one, result);
    options.onResult?.(result);
  };
  const long = cases.filter((one) => one.long && !one.alone);
  const usual = cases.filter((one) => !one.long && !one.alone);
  // The long ones only wait, so they take no place from the others.
  await Promise.all([...long.map(run), runPool(usual, options.atOnce, run)]);
  await runPool(
    cases.filter(({ alone }) => alone),
    1,
    run,
  );
  return cases.flatMap((one) => results.get(one) ?? []);
}

async function runPool<T>(
  items: readonly T[],
  width: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const work = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: width }, work));
}

async function playOne(one: Case, { play }: RunOptions): Promise<Result> {
  const start = performance.now();
  const played = await play(one).catch(describeThrown);
  return { case: one, milliseconds: performance.now() - start, ...played };
}

function describeThrown(error: unknown): Played {
  const text = error instanceof Error ? error.message : String(error);
  return { verdict: "fail", came: `the case broke off: ${text}`, transcript: [], left: 0 };
}
