import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * Default deadline. Matters only when a test fails. Set another one only if the test is about the duration.
 */
const DEADLINE_MS = 60_000;

export interface EventuallyOptions {
  /** The expected state; completes the message "Not within 5000 ms: …". */
  describe: string;
  deadlineMs?: number;
  /** Pause between two probes. */
  everyMs?: number;
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;
type Seen = { value: unknown } | { error: unknown };

/**
 * Waits until the probe returns a truthy value, and returns that. Retries a probe that throws. Stops waiting for a
 * probe that hangs at the deadline.
 *
 * @throws Error with the expected state and the last result
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { describe, deadlineMs = DEADLINE_MS, everyMs = 20 }: EventuallyOptions,
): Promise<Truthy<T>> {
  const timer = new AbortController();
  const deadline = delay(deadlineMs, 'deadline' as const, { signal: timer.signal });
  deadline.catch(() => undefined); // aborted below
  let seen: Seen | undefined;
  try {
    for (;;) {
      const outcome = await Promise.race([runProbe(probe), deadline]);
      if (outcome === 'deadline') throw new Error(overdue(describe, deadlineMs, seen));
      if ('value' in outcome && outcome.value) return outcome.value as Truthy<T>;
      seen = outcome;
      const pause = await Promise.race([delay(everyMs, 'again' as const), deadline]);
      if (pause === 'deadline') throw new Error(overdue(describe, deadlineMs, seen));
    }
  } finally {
    timer.abort();
  }
}

async function runProbe<T>(probe: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await probe() };
  } catch (error) {
    return { error };
  }
}

function overdue(describe: string, deadlineMs: number, seen: Seen | undefined): string {
  const last = !seen
    ? 'the probe never answered'
    : 'error' in seen
      ? `the probe threw ${seen.error instanceof Error ? seen.error.message : inspect(seen.error)}`
      : `last seen: ${inspect(seen.value)}`;
  return `Not within ${deadlineMs} ms: ${describe} (${last})`;
}
