import { loadConfig, readEnvironment, type Role, roles } from '@waybill/config';
import { assertCanListen } from './listen';
import { startErrorText, UsageError } from './start-errors';
import { letYoungGenerationGrow } from '@waybill/v8-heap';

const STOP_DEADLINE_MS = 10_000;

/** `node dist/apps/server/main.js [api|worker|all|migrate]` */
async function main(): Promise<void> {
  const role = process.argv[2] ?? 'all';
  if (!roles.includes(role as Role))
    throw new UsageError(`Unknown role "${role}": use one of ${roles.join(', ')}; the default is all.`);
  const warn = (warning: string) => void process.stderr.write(`Warning: ${warning}\n`);
  const config = loadConfig(role as Role, readEnvironment(warn));
  if (config.role !== 'migrate') await assertCanListen(config);
  // Loaded after the checks, because it takes longer than they do.
  const { migrateDatabase, startServer } = await import('./server.js');
  if (config.role === 'migrate') return migrateDatabase(config);
  const starting = startServer(config);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await (await starting).stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());

  await starting;
  letYoungGenerationGrow();
}

main().catch((error: Error) => {
  process.stderr.write(`${startErrorText(error)}\n`);
  process.exit(1);
});
