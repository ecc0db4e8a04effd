import type { Verdict } from './statistics';

/** Cost of one side of a path. Times are in milliseconds, memory in MB. */
export interface Cost {
  p50: number;
  p99: number;
  /** Microseconds of CPU per request; NaN if the system does not report it. */
  cpu: number;
  rss: number;
}

/** Result of a path. */
export interface Result extends Verdict {
  path: string;
  unit: 'requests/s' | 'jobs/s' | 'orders/s' | 's' | 'MB';
  /** Minimum ratio if there is a baseline, otherwise the maximum value. */
  target: number;
  cost?: { ours: Cost; baseline: Cost };
  /** Caveats for the reader. */
  notes: string[];
}

/** Whether the result reaches its target. */
export const reachesTarget = ({ ratio, ours, target }: Result): boolean =>
  ratio === null ? ours <= target : ratio >= target;

/**
 * Returns the CPU time per request of the baseline, divided by ours. Other processes on the machine affect this much
 * less than the ratio of the rates.
 */
export const cpuRatio = ({ cost }: Result): number | null =>
  cost && cost.ours.cpu > 0 ? cost.baseline.cpu / cost.ours.cpu : null;
