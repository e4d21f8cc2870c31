/**
 * The results as one page that opens from disk and asks nobody for anything: failures first, each case
 * with the frames both ways. It is whole without its script, which filters by group and verdict alone.
 */
import { VERDICTS, type Verdict } from "./case.ts";
import { type Report, type ReportedCase, sentenceOf } from "./json-report.ts";
import { escapeMarkup } from "./markup.ts";
import type { Entry } from "./transcript.ts";

const ORDER: readonly Verdict[] = ["fail", "tolerated", "informational", "pass"];

export function formatPage(report: Report): string {
  const { tested, name, cases } = report;
  const title = escapeMarkup(`${tested} ${name}`);
  const sorted = ORDER.flatMap((verdict) => cases.filter((one) => one.verdict === verdict));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}: trunkline conform</title>
<style>${STYLE}</style>
<h1>trunkline conform: ${title}</h1>
${formatCounts(report)}
${formatFilter(report)}
${sorted.map(formatCase).join("\n")}
<script>${SCRIPT}</script>
</html>
`;
}

function formatCounts({ cases }: Report): string {
  const groups = [...new Set(cases.map(({ group }) => group))];
  const row = (name: string, own: readonly ReportedCase[]) => {
    const counts = VERDICTS.map((verdict) => own.filter((one) => one.verdict === verdict).length);
    return `<tr><th scope="row">${name}<td>${[own.length, ...counts].join("<td>")}`;
  };
  const rows = groups.map((group) =>
    row(
      group,
      cases.filter((one) => one.group === group),
    ),
  );
  const head = ["group", "cases", ...VERDICTS].join('<th scope="col">');
  return `<div class="counts"><table><tr><th scope="col">${head}\n${rows.join("\n")}\n${row("all", cases)}</table></div>`;
}

function formatFilter({ cases }: Report): string {
  const groups = [...new Set(cases.map(({ group }) => group))];
  const option = (value: string) => `<option>${value}`;
  return `<form><label>Group <select id="group"><option value="">all${groups.map(option).join("")}</select></label>
<label>Verdict <select id="verdict"><option value="">all${ORDER.map(option).join("")}</select></label>
<output id="shown">${cases.length} cases</output></form>`;
}

function formatCase(one: ReportedCase): string {
  const { id, group, verdict, title, allowed, came, note, milliseconds } = one;
  const rows = [
    ["sent", title],
    ["rule", sentenceOf(one.rule)],
    ["allowed", allowed],
    ["came", came],
    ["note", note ?? ""],
    ["took", `${milliseconds} ms`],
  ].filter(([, text]) => text !== "");
  const list = rows.map(([name = "", text = ""]) => `<dt>${name}<dd>${escapeMarkup(text)}`);
  const open = verdict === "fail" ? " open" : "";
  return `<details data-group="${group}" data-verdict="${verdict}"${open}><summary><b>${verdict}</b> ${id} <i>${escapeMarkup(came)}</i></summary>
<dl>${list.join("")}</dl>
<table class="frames">${one.transcript.map(formatEntry).join("\n")}</table>${one.left > 0 ? `<p>and ${one.left} more</p>` : ""}</details>`;
}

function formatEntry({ from, what, bytes, length }: Entry): string {
  const shown = escapeMarkup(readable(bytes));
  const more = bytes.length / 2 < length ? "…" : "";
  const pairs = bytes.replace(/../g, "$& ").trimEnd();
  const arrow = from === "suite" ? "suite →" : "← tested";
  return `<tr class="${from}"><td>${arrow}<td>${escapeMarkup(what)}<td><code>${pairs}${more}</code><td><code>${shown}${more}</code>`;
}

/** The bytes as letters where they have one, dots elsewhere. */
function readable(bytes: string): string {
  return Buffer.from(bytes, "hex")
    .toString("latin1")
    .replace(/[^ -~]/g, "·");
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
.counts { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0 .75rem 0 0; text-align: left; vertical-align: top; }
.counts td, .counts [scope=col]:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
form { display: flex; flex-wrap: wrap; gap: 1rem; padding: 1rem 0; }
details { border-top: 1px solid #8886; }
summary { cursor: pointer; overflow-wrap: anywhere; }
b { display: inline-block; min-width: 6.5rem; }
[data-verdict=fail] b { color: #c00; }
[data-verdict=tolerated] b { color: #a60; }
[data-verdict=pass] b { color: #080; }
@media (prefers-color-scheme: dark) {
  [data-verdict=fail] b { color: #f77; }
  [data-verdict=tolerated] b { color: #fb5; }
  [data-verdict=pass] b { color: #7d7; }
}
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .5rem 1rem; }
dd { margin: 0; }
.frames { margin: 0 1rem 1rem; font-size: 13px; }
.frames td:first-child { white-space: nowrap; }
code { overflow-wrap: anywhere; }
.tested { background: #8882; }
`;

const SCRIPT = `
const group = document.getElementById("group");
const verdict = document.getElementById("verdict");
const filter = () => {
  let shown = 0;
  for (const one of document.querySelectorAll("details")) {
    const { dataset } = one;
    one.hidden = (group.value && group.value !== dataset.group)
      || (verdict.value && verdict.value !== dataset.verdict) ? true : false;
    if (!one.hidden) shown++;
  }
  document.getElementById("shown").textContent = shown + " cases";
};
group.onchange = verdict.onchange = filter;
filter();
`;
