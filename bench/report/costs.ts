import type { Cost } from '../result';
import { median } from '../statistics';

/** Above this share of its core, the client itself may be the bottleneck. */
export const CLIENT_BUSY_THRESHOLD = 0.9;

export function medianCost(rounds: readonly Cost[]): Cost {
  const of = (key: keyof Cost) => median(rounds.map((round) => round[key]));
  return { p50: of('p50'), p99: of('p99'), cpu: of('cpu'), rss: of('rss') };
}

/** Returns the caveats of a comparison. */
export function notesOf(
  ours: readonly { clientCpu: number }[],
  baseline: readonly { clientCpu: number }[],
): string[] {
  const busy = (rounds: readonly { clientCpu: number }[]) => median(rounds.map(({ clientCpu }) => clientCpu));
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const notes: string[] = [];
  if (busy(ours) > CLIENT_BUSY_THRESHOLD) notes.push(`the client used ${percent(busy(ours))} of its core`);
  if (busy(baseline) > CLIENT_BUSY_THRESHOLD)
    notes.push(
      `the client used ${percent(busy(baseline))} of its core against the baseline, which may be faster`,
    );
  return notes;
}
