/** Rounds that lie further apart than this share of the median say more about the machine than about the code. */
export const NOISY_BEYOND = 0.2;

/** What the rounds of a path come to. */
export interface Verdict {
  ours: number;
  /** Null where there is nothing to compare with. */
  baseline: number | null;
  ratio: number | null;
  /** From the lowest to the highest round, as a share of the median: of the ratio, or of our figure where there is no baseline. */
  spread: number;
  noisy: boolean;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('The median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The nearest-rank percentile of values in ascending order; 0 of none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

export function spreadOf(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}

/**
 * Compares rounds in pairs, each of ours with the baseline's that ran right after it: what slows the machine for a minute then
 * slows both.
 */
export function compare(ours: readonly number[], baseline: readonly number[]): Verdict {
  if (ours.length !== baseline.length) throw new Error('Each round of ours needs one of the baseline');
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

/** Of what has a limit of its own and no baseline, such as seconds. */
export function summarise(values: readonly number[]): Verdict {
  const spread = spreadOf(values);
  return { ours: median(values), baseline: null, ratio: null, spread, noisy: isNoisy(spread) };
}

// What is not a number, as of a baseline that did nothing, is no result either.
const isNoisy = (spread: number): boolean => !(spread <= NOISY_BEYOND);
