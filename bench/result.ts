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
  unit: 'requests/s' | 'jobs/s' | 's' | 'MB';
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
 * The baseline's CPU per request as a share of ours: the ratio if only CPU counted. Other processes on the machine
 * affect it much less than the ratio.
 */
export const cpuRatio = ({ cost }: Result): number | null =>
  cost && cost.ours.cpu > 0 ? cost.baseline.cpu / cost.ours.cpu : null;
