import type { Config } from '@waybill/config';
import type { Doorbells } from '@waybill/queue';
import type { JobsOptions } from 'bullmq';
import type { DueRegistration } from './registrations.repository';

const BACKOFF_JITTER = 0.5;

/** Rings for a registration that has just been accepted. */
export function ringFor(doorbells: Doorbells, config: Config, registrationId: string): void {
  doorbells.ring('registrations', { registrationId }, { jobId: registrationId, ...optionsOf(config) });
}

/**
 * Rings for registrations whose jobs may be lost.
 * @param insist rings although jobs of them may still stand in the queue: their worker may be dead. Else a job that waits for
 * the same attempt is enough, so that ringing again and again does not make a long queue longer.
 * @returns whether the queue has them.
 */
export function ringAgainFor(
  doorbells: Doorbells,
  config: Config,
  registrations: DueRegistration[],
  { insist }: { insist: boolean },
): Promise<boolean> {
  const options = optionsOf(config);
  return doorbells.ringAll(
    'registrations',
    registrations.map(({ id, attempts }) => ({
      payload: { registrationId: id },
      options: insist ? options : { jobId: attempts === 0 ? id : `${id}.${attempts}`, ...options },
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
