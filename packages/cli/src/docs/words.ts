/**
 * Text as words with a style each, and their lines: what wraps a paragraph or a cell. Widths are
 * columns of a terminal, where a Chinese character takes two, and stands as a word of its own.
 */

/** Makes what a terminal shows of a text; the identity where there is no terminal. */
export type Style = (text: string) => string;

export interface Run {
  readonly text: string;
  readonly style: Style;
}

interface Word {
  readonly runs: Run[];
  readonly hasSpaceBefore: boolean;
}

export interface Line {
  readonly text: string;
  readonly width: number;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
const PIECES = new RegExp(`\\n|[^\\S\\n]+|${WIDE.source}|(?:(?!${WIDE.source})\\S)+`, "g");

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** A word that is longer than a line stands alone, and is not cut. "\n" in a run begins a line. */
export function wrap(runs: readonly Run[], width: number): readonly Line[] {
  return splitLines(runs).flatMap((words) => fill(words, width));
}

/** Columns of the longest word. */
export function longestWord(runs: readonly Run[]): number {
  return Math.max(0, ...splitLines(runs).flat().map(widthOfWord));
}

function splitLines(runs: readonly Run[]): readonly (readonly Word[])[] {
  let words: Word[] = [];
  const lines = [words];
  let hasSpace = false;
  let canGrow = false;
  for (const { text, style } of runs) {
    for (const piece of text.match(PIECES) ?? []) {
      if (piece === "\n") {
        words = [];
        lines.push(words);
      }
      const isSpace = piece.trim() === "";
      const isWide = WIDE.test(piece);
      const last = words.at(-1);
      if (!isSpace && canGrow && !isWide && last) last.runs.push({ text: piece, style });
      else if (!isSpace) words.push({ runs: [{ text: piece, style }], hasSpaceBefore: hasSpace });
      hasSpace = isSpace;
      canGrow = !isSpace && !isWide;
    }
  }
  return lines;
}

function fill(words: readonly Word[], width: number): readonly Line[] {
  const lines: { text: string; width: number }[] = [];
  let line: { text: string; width: number } | undefined;
  for (const word of words) {
    const own = widthOfWord(word);
    const text = word.runs.map((run) => run.style(run.text)).join("");
    const space = word.hasSpaceBefore ? 1 : 0;
    if (line && line.width + space + own <= width) {
      line.text += `${" ".repeat(space)}${text}`;
      line.width += space + own;
    } else {
      line = { text, width: own };
      lines.push(line);
    }
  }
  return lines.length > 0 ? lines : [{ text: "", width: 0 }];
}

function widthOfWord({ runs }: Word): number {
  return runs.reduce((sum, { text }) => sum + widthOf(text), 0);
}
