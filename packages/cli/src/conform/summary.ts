/** The table at the end of a run: failures first, then what was tolerated, then a line for each group. */
import { VERDICTS, type Verdict } from "./case.ts";
import type { Result } from "./runner.ts";

export type Counts = Readonly<Record<Verdict, number>>;

export function countVerdicts(results: readonly Result[]): Counts {
  const counts = { pass: 0, tolerated: 0, informational: 0, fail: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

export function formatSummary(results: readonly Result[]): string {
  const listed = (["fail", "tolerated"] as const).flatMap((verdict) =>
    results.filter((result) => result.verdict === verdict).map(formatResult),
  );
  return [...listed, formatGroups(results), ""].join("\n");
}

function formatResult({ case: one, verdict, came }: Result): string {
  const { rule } = one;
  return [
    `${verdict === "fail" ? "FAILED" : "tolerated"}  ${one.id}`,
    `    sent     ${one.title}`,
    `    rule     RFC ${rule.rfc}, section ${rule.section}: ${rule.sentence}`,
    `    allowed  ${one.allowed}`,
    `    came     ${came}`,
    "",
  ].join("\n");
}

function formatGroups(results: readonly Result[]): string {
  const groups = [...new Set(results.map((result) => result.case.group))];
  const rows = groups.map((group) => {
    const own = results.filter((result) => result.case.group === group);
    return [group, ...numbersOf(own)];
  });
  const head = ["group", "cases", "pass", "tolerated", "informational", "failed"];
  return alignRows([head, ...rows, ["all", ...numbersOf(results)]]);
}

function numbersOf(results: readonly Result[]): string[] {
  const counts = countVerdicts(results);
  return [results.length, ...VERDICTS.map((verdict) => counts[verdict])].map(String);
}

/** The first column to the left, the numbers to the right. */
function alignRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join("  ")).join("\n");
}
