import type { Config } from '@waybill/config';
import type { Doorbells } from '@waybill/queue';

const BACKOFF_JITTER = 0.5;

/**
 * Rings for a registration. `again` rings although a job of it may still stand in the queue: that job's worker may be dead,
 * and two jobs of one registration do no harm.
 */
export function ringFor(
  doorbells: Doorbells,
  { registrations }: Config,
  registrationId: string,
  { again = false } = {},
): void {
  doorbells.ring(
    'registrations',
    { registrationId },
    {
      ...(again ? {} : { jobId: registrationId }),
      attempts: registrations.attempts,
      backoff: { type: 'exponential', delay: registrations.backoffMs, jitter: BACKOFF_JITTER },
      removeOnComplete: true,
      removeOnFail: true,
    },
  );
}
