import type { Server as HttpServer } from 'node:http';
import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '@waybill/config';
import { migrate } from '@waybill/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@waybill/embedded-postgres';
import { createHttpApplication } from '@waybill/http';
import { createLogger, NestLogger, observeRequests, Readiness } from '@waybill/observability';
import { buildDocument } from '@waybill/openapi';
import type { Logger } from 'pino';
import { about } from './about';
import { listen } from './listen';
import { ProcessModule } from './process.module';
import { schema } from './schema';
import { toListenError } from './start-errors';
import { printOperations, printWelcome } from './welcome';

// A process must stop within 10 s.
const CLOSE_CONNECTIONS_AFTER_MS = 7_000;

/** A running Waybill process. */
export interface Server {
  /** Marks the process as not ready, finishes requests and jobs in progress, then stops. */
  stop(): Promise<void>;
}

/**
 * Starts the parts that the role needs: embedded services that are not configured, migrations, HTTP and jobs.
 * The caller has checked that the process can listen.
 */
export async function startServer(config: Config): Promise<Server> {
  const logger = createLogger(config);
  const postgres = config.database.url === undefined ? await startEmbedded(config, logger) : undefined;
  const databaseUrl = config.database.url ?? (postgres as EmbeddedPostgres).url;
  try {
    await migrate({ url: databaseUrl, migrations: schema.migrations });
    const app = await (config.role === 'worker' ? startWorker : startHttp)(config, databaseUrl, logger);
    return { stop: () => stop(app, postgres) };
  } catch (error) {
    await postgres?.stop();
    const { syscall } = error as NodeJS.ErrnoException;
    // Another process took the port after the check.
    throw syscall === 'listen' ? toListenError(error as Error, 'OPS_PORT', config) : error;
  }
}

/** Migrates a configured database, before the processes of a release start. */
export async function migrateDatabase({ database }: Config): Promise<void> {
  await migrate({ url: database.url as string, migrations: schema.migrations });
  process.stdout.write('Migrated the database to the newest schema.\n');
}

function startEmbedded(config: Config, logger: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dir: config.dataDir,
    onExit: (reason) => {
      logger.fatal({ reason }, 'The embedded PostgreSQL has ended');
      process.exit(1);
    },
  });
}

async function startWorker(
  config: Config,
  databaseUrl: string,
  logger: Logger,
): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(ProcessModule.register(config, databaseUrl), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  printOperations(app);
  return app;
}

async function startHttp(
  config: Config,
  databaseUrl: string,
  logger: Logger,
): Promise<INestApplicationContext> {
  const app = await createHttpApplication(ProcessModule.register(config, databaseUrl), {
    bodyLimitBytes: config.bodyLimitBytes,
    csvLimitBytes: config.imports.limitBytes,
    tls: config.tls,
    trustProxy: config.trustProxy,
    logger: new NestLogger(logger),
    observe: (fastify) => observeRequests(fastify, logger),
  });
  try {
    buildDocument(app, about);
    const url = await listen(app, config);
    printOperations(app);
    printWelcome(config, url, app);
    return app;
  } catch (error) {
    await app.close(); // Otherwise its jobs would log errors when the embedded PostgreSQL stops.
    throw error;
  }
}

async function stop(app: INestApplicationContext, postgres: EmbeddedPostgres | undefined): Promise<void> {
  app.get(Readiness).drain();
  const overdue = setTimeout(() => closeConnections(app), CLOSE_CONNECTIONS_AFTER_MS);
  await app.close();
  clearTimeout(overdue);
  await postgres?.stop();
}

// A request whose body never arrives would keep the server open beyond the deadline, and stop everything else late.
function closeConnections(app: INestApplicationContext): void {
  if ('getHttpServer' in app) ((app as INestApplication).getHttpServer() as HttpServer).closeAllConnections();
}
