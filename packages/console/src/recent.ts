// Numbers of the last while, as plots and statistics need them. Pure: no DOM, and time comes from the
// caller.

/** The nearest-rank percentile: a value that was there, none between two. `p` from 0 to 100. */
export function percentile(values: readonly number[], p: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((p / 100) * sorted.length));
  return sorted[rank - 1];
}

/** Rows of one number for each line, taken at the same times; older ones leave. */
export class RecentRows {
  readonly #span: number;
  readonly #lines: number;
  #times: number[] = [];
  #rows: (number | null)[][] = [];

  /** `span` in milliseconds. */
  constructor(lines: number, span: number) {
    this.#lines = lines;
    this.#span = span;
  }

  add(time: number, row: readonly (number | null)[]): void {
    this.#times.push(time);
    this.#rows.push([...row]);
    const first = this.#times.findIndex((then) => then >= time - this.#span);
    this.#times.splice(0, first);
    this.#rows.splice(0, first);
  }

  clear(): void {
    this.#times = [];
    this.#rows = [];
  }

  /** Seconds before the newest row, as 0 and less. */
  get ages(): readonly number[] {
    const now = this.#times.at(-1) ?? 0;
    return this.#times.map((time) => (time - now) / 1000);
  }

  get lines(): readonly (readonly (number | null)[])[] {
    return Array.from({ length: this.#lines }, (_, line) =>
      this.#rows.map((row) => row[line] ?? null),
    );
  }

  /** The values of one line, without the times when there was none. */
  line(line: number): readonly number[] {
    return this.#rows.flatMap((row) => row[line] ?? []);
  }
}

/** How much a growing number grew a second, over the last `span` milliseconds. */
export class Growth {
  readonly #span: number;
  readonly #samples: { readonly time: number; readonly total: number }[] = [];

  constructor(span: number) {
    this.#span = span;
  }

  add(time: number, total: number): void {
    this.#samples.push({ time, total });
    // One older sample stays, so that the span is covered whole.
    const within = this.#samples.findIndex((sample) => sample.time > time - this.#span);
    this.#samples.splice(0, Math.max(0, within - 1));
  }

  /** Undefined until there are two samples. */
  get perSecond(): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.time <= first.time) return undefined;
    return ((last.total - first.total) / (last.time - first.time)) * 1000;
  }
}
