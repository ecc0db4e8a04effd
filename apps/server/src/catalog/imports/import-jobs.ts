import type { JobDispatcher } from '@waybill/queue';

// The sweeper retries failed attempts, so the queue must not.
const OPTIONS = { removeOnComplete: true, removeOnFail: true };

/** Enqueues an import that was just accepted. */
export const dispatchImport = (dispatcher: JobDispatcher, importId: string): void =>
  dispatcher.dispatch('imports', { importId }, { jobId: importId, ...OPTIONS });

/**
 * Enqueues imports whose jobs may be lost. A pending import gets no second job, so that repeated sweeps do not grow a
 * long queue. A running import gets another job, because the worker of the first job may be dead.
 * @returns whether the queue accepted them.
 */
export const requeueImports = (
  dispatcher: JobDispatcher,
  imports: readonly { id: string; state: string }[],
): Promise<boolean> =>
  dispatcher.dispatchAll(
    'imports',
    imports.map(({ id, state }) => ({
      payload: { importId: id },
      options: state === 'pending' ? { jobId: id, ...OPTIONS } : OPTIONS,
    })),
  );
