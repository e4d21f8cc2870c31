// Finds the page's elements, and the few DOM helpers everyone here needs.

/** The element with this id; a wrong id or kind is a mistake in the page and throws at start. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} with the id "${id}"`);
}

export function make(tag: string, className: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Written only when it changes: some of it is looked at many times a second. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** As the reader's language writes numbers. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** Shows or takes away the sentence about a field, for eyes and for screen readers. */
export function showProblem(place: HTMLElement, input: HTMLElement, problem: string): void {
  place.textContent = problem;
  if (problem === "") input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** navigator.clipboard is there in secure contexts only; http from another machine is none. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

type Memory = "local" | "session";

function storageOf(memory: Memory): Storage {
  return memory === "local" ? localStorage : sessionStorage;
}

// The browser may deny storage (a private window, blocked cookies); then nothing is remembered.
export function recall(memory: Memory, key: string): string | null {
  try {
    return storageOf(memory).getItem(key);
  } catch {
    return null;
  }
}

export function remember(memory: Memory, key: string, value: string): void {
  try {
    storageOf(memory).setItem(key, value);
  } catch {}
}
