/**
 * Calls a hook's `done` when the work ends, with its error if it fails. Use this instead of an async hook, because that
 * would make every request wait for a promise.
 */
export function whenDone(work: Promise<void>, done: (error?: Error) => void): void {
  // oxlint-disable-next-line promise/no-callback-in-promise -- Fastify's hooks are callbacks
  work.then(() => done(), done);
}
