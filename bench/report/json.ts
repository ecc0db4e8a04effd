import type { Result } from '../result';

/** The figures for programs: an array of `{path, ours, baseline, ratio, spread, target, noisy}` and what belongs to them. */
export const toJson = (results: readonly Result[]): string =>
  `${JSON.stringify(
    results.map(({ path, ours, baseline, ratio, spread, target, noisy, unit, cost, notes }) => ({
      ...{ path, ours, baseline, ratio, spread, target, noisy },
      ...{ unit, cost, notes },
    })),
    null,
    2,
  )}\n`;
