/** Medians and spreads of a few rounds. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half the distance from the lowest to the highest, as a share of the median. */
export function spread(values) {
  if (values.length < 2) return undefined;
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

export function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** The median of the rounds' own ratios: what slows a round down slows both in it. */
export function ratio(ours, theirs) {
  return median(ours.map((value, round) => value / theirs[round]));
}
