/** The results as JUnit's XML: a suite for each group. What is informational is skipped there. */
import { type Report, type ReportedCase, sentenceOf } from "./json-report.ts";
import { escapeMarkup } from "./markup.ts";

export function formatJunit({ tested, name, counts, cases }: Report): string {
  const groups = [...new Set(cases.map(({ group }) => group))];
  const suites = groups.map((group) =>
    formatSuite(
      group,
      cases.filter((one) => one.group === group),
    ),
  );
  const attributes = `name="${escapeMarkup(`${tested}: ${name}`)}" tests="${cases.length}" failures="${counts.fail}" skipped="${counts.informational}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${suites.join("")}</testsuites>\n`;
}

function formatSuite(group: string, cases: readonly ReportedCase[]): string {
  const count = (verdict: ReportedCase["verdict"]) =>
    cases.filter((one) => one.verdict === verdict).length;
  const time = cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const attributes = `name="${group}" tests="${cases.length}" failures="${count("fail")}" skipped="${count("informational")}" time="${time.toFixed(3)}"`;
  return `  <testsuite ${attributes}>\n${cases.map(formatCase).join("")}  </testsuite>\n`;
}

function formatCase(one: ReportedCase): string {
  const { id, group, milliseconds } = one;
  const attributes = `classname="${group}" name="${id}" time="${(milliseconds / 1000).toFixed(4)}"`;
  const body = formatVerdict(one);
  return `    <testcase ${attributes}${body === "" ? "/>" : `>${body}</testcase>`}\n`;
}

function formatVerdict(one: ReportedCase): string {
  const message = escapeMarkup(one.came);
  if (one.verdict === "informational") return `<skipped message="${message}"/>`;
  const text = escapeMarkup(
    `sent: ${one.title}\nrule: ${sentenceOf(one.rule)}\nallowed: ${one.allowed}\ncame: ${one.came}`,
  );
  if (one.verdict === "fail") return `<failure message="${message}">${text}</failure>`;
  return one.verdict === "tolerated" ? `<system-out>tolerated\n${text}</system-out>` : "";
}
