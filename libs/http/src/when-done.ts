/**
 * Ends a hook when its work is done, with what the work threw. A hook waits in this way only on the routes that need it: an async
 * function would make every route wait for a promise.
 */
export function whenDone(work: Promise<void>, done: (error?: Error) => void): void {
  // oxlint-disable-next-line promise/no-callback-in-promise -- Fastify's hooks are callbacks
  work.then(() => done(), done);
}
