import type { JobDispatcher } from '@waybill/queue';

// The sweeper repeats an attempt that failed, so the queue does not. The ID keeps an import from having two jobs.
const optionsOf = (importId: string) => ({ jobId: importId, removeOnComplete: true, removeOnFail: true });

/** Enqueues an import that was just accepted. */
export const dispatchImport = (dispatcher: JobDispatcher, importId: string): void =>
  dispatcher.dispatch('imports', { importId }, optionsOf(importId));

/** Enqueues imports whose jobs may be lost. @returns whether the queue accepted them. */
export const requeueImports = (dispatcher: JobDispatcher, importIds: readonly string[]): Promise<boolean> =>
  dispatcher.dispatchAll(
    'imports',
    importIds.map((importId) => ({ payload: { importId }, options: optionsOf(importId) })),
  );
