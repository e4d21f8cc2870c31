/** The known word that a mistyped one is nearest to, by edits; undefined when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  // A letter alone is near every other letter: nothing can be meant by it.
  const letters = word.replace(/^-+/, "").length;
  if (letters === 1) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(word.length / 2)) + 1;
  for (const candidate of known) {
    const edits = isStem(word, candidate)
      ? 1 + (candidate.length - word.length) / 1000 // of several, the shortest
      : countEdits(word, candidate);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** `--handler` for `--handlers`, `--cert` for `--certificate`. */
function isStem(word: string, candidate: string): boolean {
  return word.length > 3 && candidate.startsWith(word);
}

/** Levenshtein's distance, a row at a time. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
