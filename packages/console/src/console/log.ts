// The log: everything that was sent, received or happened, oldest first, within bounds.
// Pure: no DOM. A page left open under load must not grow without limit, so of a long message the
// beginning is kept, and of many entries the newest.

export type Direction = "sent" | "received" | "event" | "problem";
export type Kind = "text" | "binary" | "open" | "close" | "error" | "connect";

export interface Entry {
  readonly id: number;
  readonly time: Date;
  readonly direction: Direction;
  readonly kind: Kind;
  /** Bytes on the line; undefined for what is no message. */
  readonly size: number | undefined;
  /** The message, or its beginning; for what is no message, the sentence about it. */
  readonly body: string | Uint8Array;
  readonly whole: boolean;
}

/** 5000 rows are more than anyone reads, and a browser still lays them out at once. */
export const maxEntries = 5000;
const maxKeptPerEntry = 64 * 1024;
const maxKept = 64 * 1024 * 1024;

export class Log {
  #entries: Entry[] = [];
  #kept = 0;
  #nextId = 1;
  #dropped = 0;

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** How many entries had to leave since the log was last cleared. */
  get dropped(): number {
    return this.#dropped;
  }

  addMessage(direction: "sent" | "received", data: string | Uint8Array, time: Date): void {
    const kind = typeof data === "string" ? "text" : "binary";
    const size = typeof data === "string" ? new TextEncoder().encode(data).length : data.length;
    const body = keepBeginning(data);
    this.#add({ time, direction, kind, size, body, whole: body.length === data.length });
  }

  addEvent(kind: Exclude<Kind, "text" | "binary">, sentence: string, time: Date): void {
    const direction = kind === "error" ? "problem" : "event";
    this.#add({ time, direction, kind, size: undefined, body: sentence, whole: true });
  }

  clear(): void {
    this.#entries = [];
    this.#kept = 0;
    this.#dropped = 0;
  }

  #add(entry: Omit<Entry, "id">): void {
    this.#entries.push({ id: this.#nextId, ...entry });
    this.#nextId += 1;
    this.#kept += entry.body.length;
    let leaving = Math.max(0, this.#entries.length - maxEntries);
    for (const { body } of this.#entries.slice(0, leaving)) this.#kept -= body.length;
    while (this.#kept > maxKept) {
      this.#kept -= this.#entries[leaving]?.body.length ?? this.#kept;
      leaving += 1;
    }
    if (leaving > 0) this.#entries.splice(0, leaving);
    this.#dropped += leaving;
  }
}

function keepBeginning(data: string | Uint8Array): string | Uint8Array {
  if (typeof data !== "string") return data.slice(0, maxKeptPerEntry);
  const beginning = data.slice(0, maxKeptPerEntry);
  // Half of a surrogate pair would show as a character that never came.
  return beginning.length < data.length ? beginning.replace(/[\uD800-\uDBFF]$/, "") : beginning;
}

/** The filter of the log: a group of directions, and a text that the body contains. */
export interface Filter {
  readonly show: "all" | "messages" | "sent" | "received" | "events";
  readonly text: string;
}

export function matches(entry: Entry, filter: Filter): boolean {
  return matchesDirection(entry, filter.show) && matchesText(entry, filter.text);
}

function matchesDirection({ direction }: Entry, show: Filter["show"]): boolean {
  const isMessage = direction === "sent" || direction === "received";
  if (show === "all") return true;
  if (show === "messages") return isMessage;
  if (show === "events") return !isMessage;
  return direction === show;
}

function matchesText(entry: Entry, text: string): boolean {
  if (text === "") return true;
  if (typeof entry.body !== "string") return false;
  return entry.body.toLowerCase().includes(text.toLowerCase());
}
