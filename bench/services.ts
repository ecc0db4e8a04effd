import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client as Connection } from 'pg';
import { startEmbeddedPostgres } from '../libs/embedded-postgres/src/embedded-postgres';
import { hasNatsServer, startNatsServer } from '../libs/broker/test/nats-server';
import { startCbrUpstream } from '../test/support/cbr-upstream';
import { hasRedisServer, startRedis } from '../test/support/redis';
import { ROOT } from './processes';

/** Services of this run. */
export interface Services {
  dir: string;
  /** Undefined if the machine has no redis-server. */
  redisUrl: string | undefined;
  /** Undefined if the machine has no nats-server. */
  natsUrl: string | undefined;
  cbr: { jsonUrl: string; xmlUrl: string };
  /** Creates a database. @returns its URL */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL with durability on the disk of the checkout, Redis, NATS, and a stub of the bank that responds
 * immediately.
 */
export async function startServices(): Promise<Services> {
  const dir = path.join(ROOT, `.data/bench/run-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  const stops: (() => Promise<void>)[] = [async () => rmSync(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    const postgres = await startEmbeddedPostgres({ dir });
    stops.push(postgres.stop);
    const redis = hasRedisServer() ? await startRedis() : undefined;
    if (redis) stops.push(redis.stop);
    const nats = hasNatsServer() ? await startNatsServer() : undefined;
    if (nats) stops.push(nats.stop);
    const cbr = await startCbrUpstream();
    stops.push(cbr.stop);
    return {
      ...{ dir, redisUrl: redis?.url, natsUrl: nats && `nats://${nats.host}:${nats.port}`, cbr, stop },
      createDatabase: (name) => createDatabase(postgres.url, name),
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

async function createDatabase(url: string, name: string): Promise<string> {
  const connection = new Connection({ connectionString: url });
  await connection.connect();
  await connection.query(`CREATE DATABASE ${connection.escapeIdentifier(name)}`);
  await connection.end();
  const made = new URL(url);
  made.pathname = name;
  return made.href;
}
