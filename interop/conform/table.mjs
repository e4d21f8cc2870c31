// Prints the table of results/ as it stands in docs/conform.md.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("results/", import.meta.url));

/** Lines of Markdown: servers first. */
export function makeTable() {
  const rows = readdirSync(folder)
    .sort()
    .reverse()
    .map((file) => makeRow(JSON.parse(readFileSync(folder + file, "utf8"))));
  return [
    "| tested | version | pass | tolerated | informational | fail |",
    "|---|---|--:|--:|--:|--:|",
    ...rows,
  ];
}

function makeRow({ name, version, counts }) {
  const [, side, peer] = /^(server|client)-(.*)$/.exec(name) ?? [];
  const { pass, tolerated, informational, fail } = counts;
  return `| ${peer}, ${side} | ${version} | ${pass} | ${tolerated} | ${informational} | ${fail} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(makeTable().join("\n"));
