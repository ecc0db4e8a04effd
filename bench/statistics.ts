/** If rounds differ by more than this share of the median, they measure the machine rather than the code. */
export const NOISE_THRESHOLD = 0.2;

/** Verdict over the rounds of a path. */
export interface Verdict {
  ours: number;
  /** Null without a baseline. */
  baseline: number | null;
  ratio: number | null;
  /**
   * Difference of the highest and the lowest round, as a share of the median: of the ratio, or of our value without a
   * baseline.
   */
  spread: number;
  noisy: boolean;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('The median of an empty list is undefined');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Returns the nearest-rank percentile of ascending values; 0 if there are none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

export function spreadOf(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}

/**
 * Compares rounds in pairs: each of our rounds with the baseline round that ran right after it. If something slows the
 * machine for a minute, it slows both.
 */
export function compare(ours: readonly number[], baseline: readonly number[]): Verdict {
  if (ours.length !== baseline.length) throw new Error('Each of our rounds needs a baseline round');
  const ratios = ours.map((value, round) => value / baseline[round]!);
  const spread = spreadOf(ratios);
  return {
    ours: median(ours),
    baseline: median(baseline),
    ratio: median(ratios),
    spread,
    noisy: isNoisy(spread),
  };
}

/** Summarises values that have a limit but no baseline, such as seconds. */
export function summarise(values: readonly number[]): Verdict {
  const spread = spreadOf(values);
  return { ours: median(values), baseline: null, ratio: null, spread, noisy: isNoisy(spread) };
}

// NaN, such as the result of an idle baseline, also counts as noisy.
const isNoisy = (spread: number): boolean => !(spread <= NOISE_THRESHOLD);
