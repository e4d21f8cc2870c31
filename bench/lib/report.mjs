/** How results are printed: a row's costs first, then our ratio to each peer, its target, and the verdict. */
import { median, ratio, spread } from "./stats.mjs";

const NAMES = {
  uws: "uWS.js",
  bun: "Bun",
  bare: "bare net",
  "ws-bufferutil": "ws+bufferutil",
};

/** One result for each thing that the row measures: medians, spreads, ratios, and the verdict. */
export function summarize(row, rounded) {
  return (row.metrics ?? ["value"]).map((metric) => {
    const values = Object.fromEntries(
      row.programs.map((name) => [name, rounded[name].map((measured) => measured[metric])]),
    );
    return summarizeOne(row, metric, values);
  });
}

function summarizeOne(row, metric, values) {
  const [ours, ...peers] = row.programs;
  const costs = Object.fromEntries(
    row.programs.map((name) => [
      name,
      { median: median(values[name]), spread: spread(values[name]) },
    ]),
  );
  const ratios = Object.fromEntries(peers.map((name) => [name, ratio(values[ours], values[name])]));
  const { targets = {}, most, orBare, unit = "µs" } = row;
  const id = metric === "value" ? row.id : `${row.id} ${metric}`;
  const result = { id, unit, costs, ratios, targets, most, orBare, values };
  return { ...result, met: isMet(result, costs[ours].median) };
}

/** Undefined for a row that only reports. */
function isMet({ ratios, targets, most, orBare }, ours) {
  const bound = Object.keys(targets).filter((name) => name in ratios);
  if (bound.length === 0) return most === undefined ? undefined : ours <= most;
  if (orBare !== undefined && ratios.bare <= orBare) return true;
  return bound.every((name) => ratios[name] <= targets[name]);
}

export function formatResult({ id, unit, costs, ratios, targets, most, orBare, met }) {
  const cells = Object.entries(costs).map(([name, cost]) => `${nameOf(name)} ${formatCost(cost)}`);
  const lines = [`${id} (${unit})`, `  ${cells.join("   ")}`];
  const judged = Object.entries(ratios).map(([name, value]) => {
    const bound = targets[name] ?? (name === "bare" ? orBare : undefined);
    return `${nameOf(name)} ${value.toFixed(2)}${bound === undefined ? "" : ` of ${bound}`}`;
  });
  if (most !== undefined) judged.push(`at most ${most}`);
  const verdict = met === undefined ? "" : met ? "   target met" : "   target NOT met";
  lines.push(`  ratio: ${judged.join("   ")}${verdict}`);
  return lines.join("\n");
}

/** One round has no spread. */
function formatCost({ median, spread }) {
  return spread === undefined
    ? formatNumber(median)
    : `${formatNumber(median)} ±${Math.round(spread * 100)}%`;
}

function nameOf(name) {
  return NAMES[name] ?? name;
}

function formatNumber(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
