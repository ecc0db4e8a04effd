import { ConfigurationError, loadConfig, readEnvironment, type Role, roles } from '@waybill/config';
import { EmbeddedPostgresError } from '@waybill/database';
import { migrateDatabase, startServer } from './server';

const STOP_DEADLINE_MS = 10_000;

/** `node dist/apps/server/main.js [api|worker|all|migrate]` */
async function main(): Promise<void> {
  const role = process.argv[2] ?? 'all';
  if (!roles.includes(role as Role))
    throw new ConfigurationError([`role: ${role} is none of ${roles.join(', ')}`]);
  const config = loadConfig(role as Role, readEnvironment());
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
}

main().catch((error: Error) => {
  const isMeantForPeople = error instanceof ConfigurationError || error instanceof EmbeddedPostgresError;
  process.stderr.write(`${isMeantForPeople ? error.message : error.stack}\n`);
  process.exit(1);
});
