/** How results are printed: a line per row, costs first, then our ratio to each peer and its target. */
import { median, ratio, spread } from "./stats.mjs";

const NAMES = { trunkline: "trunkline", ws: "ws", uws: "uWS.js", bun: "Bun", bare: "bare net" };

/** What is kept of a row: medians, spreads, ratios, and whether the targets are met. */
export function summarize(row, values) {
  const [ours, ...others] = row.programs;
  const costs = Object.fromEntries(
    row.programs.map((name) => [
      name,
      { median: median(values[name]), spread: spread(values[name]) },
    ]),
  );
  const ratios = Object.fromEntries(
    others.map((name) => [name, ratio(values[ours], values[name])]),
  );
  return { id: row.id, unit: row.unit ?? "µs", costs, ratios, targets: row.targets, values };
}

export function formatRow({ id, unit, costs, ratios, targets }) {
  const cells = Object.entries(costs).map(
    ([name, { median, spread }]) =>
      `${nameOf(name)} ${formatNumber(median)} ±${Math.round(spread * 100)}%`,
  );
  const judged = Object.entries(ratios).map(([name, value]) =>
    formatRatio(name, value, targets?.[name]),
  );
  return `${id} (${unit})\n  ${cells.join("   ")}\n  ratio: ${judged.join("   ")}`;
}

function formatRatio(name, value, target) {
  const text = `${nameOf(name)} ${value.toFixed(2)}`;
  if (target === undefined) return text;
  return `${text} (target ${target}${value <= target ? ", met" : ", NOT met"})`;
}

export function nameOf(name) {
  return NAMES[name] ?? name;
}

export function formatNumber(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
