// Shows the log: one row per entry, appended once a frame however many came, following the newest
// while the reader is at the end, staying put while the reader is elsewhere.

import { copyText, find } from "../page.ts";
import { texts } from "../texts.ts";
import { type Direction, type Entry, type Filter, type Kind, Log, matches } from "./log.ts";
import { describe, makeRow } from "./log-row.ts";

const filters: readonly Filter["show"][] = ["all", "messages", "sent", "received", "events"];

export class LogView {
  readonly #log: Log = new Log();
  readonly #rows: HTMLOListElement = find("rows", HTMLOListElement);
  readonly #count: HTMLElement = find("count", HTMLElement);
  readonly #empty: HTMLElement = find("log-empty", HTMLElement);
  readonly #dropped: HTMLElement = find("dropped", HTMLElement);
  readonly #status: HTMLElement = find("log-status", HTMLElement);
  readonly #newest: HTMLButtonElement = find("newest", HTMLButtonElement);
  readonly #show: HTMLSelectElement = find("show", HTMLSelectElement);
  readonly #search: HTMLInputElement = find("search", HTMLInputElement);
  readonly #rowOf: Map<number, HTMLLIElement> = new Map();
  #shownUpTo = 0;
  #shown = 0;
  #following = true;
  #scrolledTo = 0;
  #frameAsked = false;

  constructor() {
    this.#rows.addEventListener("scroll", () => this.#noteScroll(), { passive: true });
    this.#newest.addEventListener("click", () => this.#goToNewest());
    this.#show.addEventListener("change", () => this.#filterAgain());
    this.#search.addEventListener("input", () => this.#filterAgain());
    find("clear", HTMLButtonElement).addEventListener("click", () => this.#clear());
    find("copy", HTMLButtonElement).addEventListener("click", () => this.#copy());
    this.#update();
  }

  addMessage(direction: Extract<Direction, "sent" | "received">, data: string | Uint8Array): void {
    this.#log.addMessage(direction, data, new Date());
    this.#askForFrame();
  }

  addEvent(kind: Exclude<Kind, "text" | "binary">, sentence: string): void {
    this.#log.addEvent(kind, sentence, new Date());
    this.#askForFrame();
  }

  #askForFrame(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    requestAnimationFrame(() => {
      this.#frameAsked = false;
      this.#update();
    });
  }

  #update(): void {
    this.#removeDropped();
    this.#appendNew();
    this.tellCounts();
    if (this.#following) this.#rows.scrollTop = this.#rows.scrollHeight;
  }

  #removeDropped(): void {
    const oldest = this.#log.entries[0]?.id ?? Number.POSITIVE_INFINITY;
    // A Map keeps its keys in the order of insertion: the oldest come first.
    for (const [id, row] of this.#rowOf) {
      if (id >= oldest) break;
      if (!row.hidden) this.#shown -= 1;
      row.remove();
      this.#rowOf.delete(id);
    }
  }

  #appendNew(): void {
    const filter = this.#filter;
    const rows = document.createDocumentFragment();
    for (const entry of this.#log.entries.slice(this.#firstUnshown())) {
      const row = makeRow(entry);
      row.hidden = !matches(entry, filter);
      if (!row.hidden) this.#shown += 1;
      this.#rowOf.set(entry.id, row);
      this.#shownUpTo = entry.id;
      rows.append(row);
    }
    this.#rows.append(rows);
  }

  /** Ids have no gaps, so the place of the first entry without a row can be reckoned. */
  #firstUnshown(): number {
    const oldest = this.#log.entries[0]?.id ?? 0;
    return Math.max(0, this.#shownUpTo + 1 - oldest);
  }

  tellCounts(): void {
    const all = this.#log.entries.length;
    const { dropped } = this.#log;
    this.#count.textContent = all === 0 ? "" : texts.counted(this.#shown, all);
    this.#dropped.hidden = dropped === 0;
    this.#dropped.textContent = dropped === 0 ? "" : texts.dropped(dropped);
    this.#empty.hidden = this.#shown > 0;
    this.#empty.textContent = all === 0 ? texts.logEmpty : texts.logNoMatch;
  }

  get #filter(): Filter {
    const show = filters.find((name) => name === this.#show.value) ?? "all";
    return { show, text: this.#search.value.trim() };
  }

  #filterAgain(): void {
    const filter = this.#filter;
    this.#shown = 0;
    for (const entry of this.#log.entries) {
      const row = this.#rowOf.get(entry.id);
      if (row === undefined) continue;
      row.hidden = !matches(entry, filter);
      if (!row.hidden) this.#shown += 1;
    }
    this.#update();
  }

  #noteScroll(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#rows;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 24;
    // Rows that grow when they come into view move the end away too; only going up means reading.
    this.#following = isAtEnd || (this.#following && scrollTop >= this.#scrolledTo);
    this.#scrolledTo = scrollTop;
    this.#newest.hidden = this.#following;
  }

  #goToNewest(): void {
    this.#following = true;
    this.#newest.hidden = true;
    this.#rows.scrollTop = this.#rows.scrollHeight;
    this.#rows.focus({ preventScroll: true });
  }

  #clear(): void {
    this.#log.clear();
    this.#rowOf.clear();
    this.#rows.replaceChildren();
    this.#shown = 0;
    this.#following = true;
    this.#newest.hidden = true;
    this.#update();
  }

  async #copy(): Promise<void> {
    const filter = this.#filter;
    const entries: readonly Entry[] = this.#log.entries.filter((entry) => matches(entry, filter));
    const copied = await copyText(entries.map(describe).join("\n"));
    const said = copied ? texts.copied(entries.length) : texts.copyFailed;
    this.#status.textContent = said;
    this.#count.textContent = said;
  }
}
