import type { Server as HttpServer } from 'node:http';
import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '@waybill/config';
import { type EmbeddedPostgres, migrate, startEmbeddedPostgres } from '@waybill/database';
import { createHttpApplication } from '@waybill/http';
import { createLogger, NestLogger, observeRequests, Readiness } from '@waybill/observability';
import type { Logger } from 'pino';
import { listen } from './listen';
import { ProcessModule } from './process.module';
import { schema } from './schema';
import { printOperations, printWelcome } from './welcome';

// Of the 10 s that a process has to stop.
const HANG_UP_AFTER_MS = 7_000;

/** A running process of Waybill. */
export interface Server {
  /** Not ready first, then what is in flight is finished, then everything stops. */
  stop(): Promise<void>;
}

/** Starts what the role asks for: the embedded parts that are not configured, the newest schema, HTTP and jobs. */
export async function startServer(config: Config): Promise<Server> {
  const logger = createLogger(config.logLevel);
  const postgres = config.database.url === undefined ? await startEmbedded(config, logger) : undefined;
  const databaseUrl = config.database.url ?? (postgres as EmbeddedPostgres).url;
  try {
    await migrate({ url: databaseUrl, migrations: schema.migrations });
    const app = await (config.role === 'worker' ? startWorker : startHttp)(config, databaseUrl, logger);
    return { stop: () => stop(app, postgres) };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

/** Brings a configured database to the newest schema, before the processes of a release are started. */
export async function migrateDatabase({ database }: Config): Promise<void> {
  await migrate({ url: database.url as string, migrations: schema.migrations });
  process.stdout.write('The database has the newest schema.\n');
}

function startEmbedded(config: Config, logger: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dir: config.dataDir,
    onExit: (reason) => {
      logger.fatal({ reason }, 'The embedded PostgreSQL is gone');
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
    tls: config.tls,
    trustProxy: config.trustProxy,
    logger: new NestLogger(logger),
    observe: (fastify) => observeRequests(fastify, logger),
  });
  const url = await listen(app, config);
  printOperations(app);
  printWelcome(config, url, app);
  return app;
}

async function stop(app: INestApplicationContext, postgres: EmbeddedPostgres | undefined): Promise<void> {
  app.get(Readiness).drain();
  const overdue = setTimeout(() => hangUp(app), HANG_UP_AFTER_MS);
  await app.close();
  clearTimeout(overdue);
  await postgres?.stop();
}

// A request that never arrives whole would keep the server open beyond the deadline, and all else from ending in order.
function hangUp(app: INestApplicationContext): void {
  if ('getHttpServer' in app) ((app as INestApplication).getHttpServer() as HttpServer).closeAllConnections();
}
