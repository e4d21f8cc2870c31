/**
 * Small text surgery on a source file: replacing spans without moving a line,
 * and reading the braces of an import or export clause.
 */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits that do not overlap. Lines keep their numbers: newlines inside a span survive it. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start);
  let result = "";
  let at = 0;
  for (const { start, end, text } of ordered) {
    result += source.slice(at, start) + text + lostNewlines(source.slice(start, end), text);
    at = end;
  }
  return result + source.slice(at);
}

function lostNewlines(removed: string, text: string): string {
  return "\n".repeat(Math.max(0, countNewlines(removed) - countNewlines(text)));
}

function countNewlines(text: string): number {
  return text.split("\n").length - 1;
}

export interface ClauseName {
  readonly from: string;
  readonly to: string;
}

/** `a, b as c, type T` (what stands between the braces) to pairs of names. */
export function parseClause(clause: string): readonly ClauseName[] {
  const names: ClauseName[] = [];
  for (const part of withoutComments(clause).split(",")) {
    const [from, to] = part.trim().split(/\s+as\s+/);
    if (!from) continue;
    names.push({ from: unquote(from), to: unquote(to ?? from) });
  }
  return names;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, " ");
}

function unquote(name: string): string {
  return name.replace(/^(["'])(.*)\1$/, "$2");
}
