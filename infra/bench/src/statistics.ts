// Medians and percentiles of what was measured.

/** The middle of the values, or the mean of the two in the middle. Throws a RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that at least the share `q` (above 0, up to 1) of the values does not exceed: nearest rank, so
 * that every percentile is a value that was measured. Undefined for none.
 */
export function percentile(values: readonly number[], q: number): number | undefined {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
