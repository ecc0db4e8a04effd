import type { RedisAddress } from '@waybill/config';
import { PgClient } from '@waybill/database';
import { connectRedis, type RedisClient } from '@waybill/redis';
import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type QueueOptions,
  RedisConnection,
} from 'bullmq';

/** Injection token of the process's `QueueBackend`. */
export const QUEUE_BACKEND = Symbol('QUEUE_BACKEND');

/** Connection options of BullMQ's constructors; each backend has its own kind. */
export type ConnectionOptions = Pick<
  QueueOptions,
  'connection' | 'prefix' | 'skipVersionCheck' | 'skipWaitingForReady'
>;

/** Location of the queues, and how to connect to them. */
export interface QueueBackend {
  factory: BackendFactory;
  /**
   * Whether the process waits for all connections when it starts. If BullMQ's PostgreSQL backend fails to connect at
   * first, it never retries; a worker then polls without a delay and blocks the process.
   */
  awaited: boolean;
  /** For producers: adding a job fails soon if the queue is unavailable. */
  producer: ConnectionOptions;
  /** For workers: wait while the queue is unavailable. */
  worker(): ConnectionOptions;
  /** Closes the connections that all workers of the process share. */
  close(): void;
}

/** BullMQ opens one pool per queue and worker. */
const CONNECTIONS_A_POOL = 3;
const CONNECT_TIMEOUT_MS = 5_000;

/** Queues in PostgreSQL, in a separate schema beside our tables. */
export function postgresQueueBackend(databaseUrl: string): QueueBackend {
  const connection = {
    connectionString: databaseUrl,
    schema: 'bullmq',
    migrate: true,
    max: CONNECTIONS_A_POOL,
    Client: PgClient,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
  // BullMQ types its options for Redis by default; its PostgreSQL backend reads these.
  const options = { connection } as unknown as ConnectionOptions;
  return {
    factory: createPostgresBackend as unknown as BackendFactory,
    awaited: true,
    producer: options,
    worker: () => options,
    close: () => undefined,
  };
}

// The oldest Redis that BullMQ recommends. BullMQ reads the version once on each new connection; if that fails, the
// connection stays unusable. With the check disabled, BullMQ assumes this version.
RedisConnection.minimumVersion = '6.2.0';

/** Queues in Redis. Producers use `client`; workers have their own connection. */
export function redisQueueBackend(client: RedisClient, address: RedisAddress, prefix: string): QueueBackend {
  // On a cluster, BullMQ's scripts need all keys of a queue in one slot. The braces ensure that.
  const shared = { prefix: `{${prefix}}`, skipVersionCheck: true };
  let blocking: RedisClient | undefined;
  return {
    factory: createRedisBackend,
    awaited: false,
    producer: { ...shared, connection: client, skipWaitingForReady: true },
    worker: () => ({ ...shared, connection: (blocking ??= connectRedis(address, 'queueWhenOffline')) }),
    close: () => blocking?.disconnect(),
  };
}
