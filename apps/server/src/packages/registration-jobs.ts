import type { Config } from '@waybill/config';
import type { JobDispatcher } from '@waybill/queue';
import type { JobsOptions } from 'bullmq';
import type { DueRegistration } from './registrations.repository';

const BACKOFF_JITTER = 0.5;

/** Enqueues a registration that has just been accepted. */
export function dispatchRegistration(
  dispatcher: JobDispatcher,
  config: Config,
  registrationId: string,
): void {
  dispatcher.dispatch('registrations', { registrationId }, { jobId: registrationId, ...optionsOf(config) });
}

/**
 * Enqueues registrations whose jobs may be lost.
 * @param force enqueues even if a job for the same attempt is already in the queue: its worker may be dead. Otherwise that
 * job is enough, so repeated sweeps do not make a long queue longer.
 * @returns whether the queue has them.
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
