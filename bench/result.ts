import type { Verdict } from './statistics';

/** What one side of a path took. Times are in milliseconds, memory is in MB. */
export interface Cost {
  p50: number;
  p99: number;
  /** Microseconds of the process's CPU for each request; NaN where the system doesn't say. */
  cpu: number;
  rss: number;
}

/** What the bench says of a path. */
export interface Result extends Verdict {
  path: string;
  unit: 'requests/s' | 'jobs/s' | 's' | 'MB';
  /** A ratio to reach where there is a baseline, else the most that it may be. */
  target: number;
  cost?: { ours: Cost; baseline: Cost };
  /** What a reader has to know besides. */
  notes: string[];
}

/** Whether the figure is as good as it has to be. */
export const isReached = ({ ratio, ours, target }: Result): boolean =>
  ratio === null ? ours <= target : ratio >= target;

/**
 * The baseline's CPU for each request as a share of ours: what the ratio would be if CPU were all. Others on the machine
 * move it far less than the ratio.
 */
export const cpuRatio = ({ cost }: Result): number | null =>
  cost && cost.ours.cpu > 0 ? cost.baseline.cpu / cost.ours.cpu : null;
