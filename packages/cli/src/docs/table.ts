/** Tables for a terminal: columns as wide as they need, narrowed together when the line is too short. */
import { type Line, longestWord, type Run, wrap } from "./words.ts";

export type Cell = readonly Run[];
export type Alignment = "left" | "right";

export interface Table {
  readonly header: readonly Cell[];
  readonly rows: readonly (readonly Cell[])[];
  readonly alignments: readonly Alignment[];
}

const GAP = "  ";

export function formatTable({ header, rows, alignments }: Table, width: number): readonly string[] {
  const widths = chooseWidths([header, ...rows], width);
  const laidOut = [header, ...rows].map((row) => layOut(row, widths, alignments));
  const rule = widths.map((one) => "-".repeat(one)).join(GAP);
  const [head = [], ...body] = laidOut;
  // Rows of several lines need a line between them to be told apart.
  const isTall = body.some((lines) => lines.length > 1);
  const between = isTall ? [""] : [];
  return [
    ...head,
    rule,
    ...body.flatMap((lines, at) => (at === 0 ? lines : [...between, ...lines])),
  ];
}

function chooseWidths(rows: readonly (readonly Cell[])[], width: number): readonly number[] {
  const count = Math.max(...rows.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, at) => rows.map((row) => row[at] ?? []));
  const wanted = columns.map((cells) => Math.max(...cells.map(naturalWidth), 1));
  const least = columns.map((cells) => Math.max(...cells.map(longestWord), 1));
  const room = width - GAP.length * (count - 1);
  const widths = [...wanted];
  while (sum(widths) > room) {
    const slack = widths.map((one, at) => (one > (least[at] ?? 0) ? one : 0));
    const widest = slack.indexOf(Math.max(...slack));
    if (slack[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function naturalWidth(cell: Cell): number {
  return Math.max(...wrap(cell, Number.POSITIVE_INFINITY).map((line) => line.width));
}

function layOut(
  row: readonly Cell[],
  widths: readonly number[],
  alignments: readonly Alignment[],
): readonly string[] {
  const cells = widths.map((width, at) => wrap(row[at] ?? [], width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = widths.map((width, at) => pad(cells[at]?.[line], width, alignments[at]));
    return parts.join(GAP).trimEnd();
  });
}

function pad(line: Line | undefined, width: number, alignment: Alignment = "left"): string {
  const { text, width: own } = line ?? { text: "", width: 0 };
  const filling = " ".repeat(Math.max(0, width - own));
  return alignment === "right" ? filling + text : text + filling;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
