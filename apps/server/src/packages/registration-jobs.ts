import type { Config } from '@waybill/config';
import type { JobDispatcher } from '@waybill/queue';
import type { JobsOptions } from 'bullmq';
import type { DueRegistration } from './registrations.repository';

const BACKOFF_JITTER = 0.5;

/** Enqueues a registration that was just accepted. */
export function dispatchRegistration(
  dispatcher: JobDispatcher,
  config: Config,
  registrationId: string,
): void {
  dispatcher.dispatch('registrations', { registrationId }, { jobId: registrationId, ...optionsOf(config) });
}

/**
 * Enqueues registrations whose jobs may be lost.
 * @param force enqueues even if the queue already has a job for the same attempt, because its worker may be dead.
 *   Without it, such a registration gets no second job, so that repeated sweeps do not grow a long queue.
 * @returns whether the queue accepted them.
 */
export function requeueRegistrations(
  dispatcher: JobDispatcher,
  config: Config,
  registrations: DueRegistration[],
  { force }: { force: boolean },
): Promise<boolean> {
  const options = optionsOf(config);
  return dispatcher.dispatchAll(
    'registrations',
    registrations.map(({ id, attempts }) => ({
      payload: { registrationId: id },
      options: force ? options : { jobId: attempts === 0 ? id : `${id}.${attempts}`, ...options },
    })),
  );
}

function optionsOf({ registrations }: Config): JobsOptions {
  return {
    attempts: registrations.attempts,
    backoff: { type: 'exponential', delay: registrations.backoffMs, jitter: BACKOFF_JITTER },
    removeOnComplete: true,
    removeOnFail: true,
  };
}
