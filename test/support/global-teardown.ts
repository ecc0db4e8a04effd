/** Drops the run's databases on found services, and stops and removes its own cluster. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.closeTestRun?.();
}
