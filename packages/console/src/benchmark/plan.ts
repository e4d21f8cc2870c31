// What a run of the benchmark is asked for and what comes of it, and both as CSV. Pure: no DOM.

export type Direction = "send" | "receive" | "echo";
export type MessageKind = "string" | "arraybuffer" | "blob";
export type Thread = "main" | "worker";

export interface Plan {
  readonly direction: Direction;
  readonly kind: MessageKind;
  readonly thread: Thread;
  readonly verify: boolean;
  /** Bytes of a message. */
  readonly sizes: readonly number[];
}

/** The batch that was measured. */
export interface Result {
  readonly size: number;
  readonly messages: number;
  readonly milliseconds: number;
  /** Messages that were not what was sent; 0 where nobody looked. */
  readonly bad: number;
}

export interface Row {
  readonly plan: Plan;
  readonly result: Result;
}

const smallest = 10;
const largest = 100_000_000;

/** Doubled from 10 bytes on; 100 MB, which no doubling meets, is the last. */
export const allSizes: readonly number[] = doubled();

function doubled(): readonly number[] {
  const sizes: number[] = [];
  for (let size = smallest; size < largest; size *= 2) sizes.push(size);
  return [...sizes, largest];
}

export function bytesPerSecond({ size, messages, milliseconds }: Result): number {
  return (size * messages * 1000) / milliseconds;
}

export function messagesPerSecond({ messages, milliseconds }: Result): number {
  return (messages * 1000) / milliseconds;
}

const columns =
  "direction,kind,thread,verified,size,messages,milliseconds,bytes_per_second,messages_per_second,bad";

/** No field needs quotes: all are words of this file or numbers. */
export function formatCsv(rows: readonly Row[]): string {
  const lines = rows.map(({ plan, result }) =>
    [
      plan.direction,
      plan.kind,
      plan.thread,
      plan.verify ? "yes" : "no",
      result.size,
      result.messages,
      result.milliseconds.toFixed(2),
      Math.round(bytesPerSecond(result)),
      Math.round(messagesPerSecond(result)),
      result.bad,
    ].join(","),
  );
  return [columns, ...lines, ""].join("\n");
}
