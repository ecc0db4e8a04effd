import { type Cost, cpuRatio, reachesTarget, type Result } from '../result';
import { figure, percent, ratio } from './numbers';

/** Returns the terminal lines for a measured path. */
export function describeResult(result: Result): string[] {
  const { unit, ours, baseline, cost, notes } = result;
  return [
    `  ours      ${side(ours, unit, cost?.ours)}`,
    ...(baseline === null ? [] : [`  baseline  ${side(baseline, unit, cost?.baseline)}`]),
    `  ${verdictText(result)}`,
    ...notes.map((note) => `  ${note}`),
  ];
}

function side(value: number, unit: string, cost: Cost | undefined): string {
  const costs = cost && [
    ...(Number.isNaN(cost.p50) ? [] : [`p50 ${figure(cost.p50)} ms`, `p99 ${figure(cost.p99)} ms`]),
    `CPU ${figure(cost.cpu)} µs each`,
    `RSS ${figure(cost.rss)} MB`,
  ];
  return [`${figure(value)} ${unit}`, ...(costs ?? [])].join(', ');
}

/** Returns the verdict as text. */
export function verdictText(result: Result): string {
  const { ratio: reached, spread, target, noisy, unit } = result;
  const aim = reached === null ? `at most ${target} ${unit}` : `target ${ratio(target)}`;
  const byCpu = cpuRatio(result);
  const found =
    reached === null ? '' : `ratio ${ratio(reached)}${byCpu === null ? '' : ` (by CPU ${ratio(byCpu)})`}, `;
  const outcome = reachesTarget(result) ? 'reached' : 'not reached';
  return noisy
    ? `${found}${aim}: too noisy (rounds differ by ${percent(spread)})`
    : `${found}${aim}: ${outcome} (rounds within ${percent(spread)})`;
}
