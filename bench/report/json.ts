import type { Result } from '../result';

/** Returns the results as JSON: an array of `{path, ours, baseline, ratio, spread, target, noisy}` with details. */
export const toJson = (results: readonly Result[]): string =>
  `${JSON.stringify(
    results.map(({ path, ours, baseline, ratio, spread, target, noisy, unit, cost, notes }) => ({
      ...{ path, ours, baseline, ratio, spread, target, noisy },
      ...{ unit, cost, notes },
    })),
    null,
    2,
  )}\n`;
