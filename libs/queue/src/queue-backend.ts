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

/** The injection token of the process's `QueueBackend`. */
export const QUEUE_BACKEND = Symbol('QUEUE_BACKEND');

/** What BullMQ's constructors take; each backend has connections of its own sort. */
export type ConnectionOptions = Pick<
  QueueOptions,
  'connection' | 'prefix' | 'skipVersionCheck' | 'skipWaitingForReady'
>;

/** Where the queues are, and how they are reached. */
export interface QueueBackend {
  factory: BackendFactory;
  /**
   * Whether the process waits at its boot until every connection is there. BullMQ's PostgreSQL backend remembers for ever that
   * it could not get ready, and a worker then asks again without a pause, which leaves the process no time for anything else.
   */
  awaited: boolean;
  /** For who adds jobs: without the queue, adding fails soon. */
  producer: ConnectionOptions;
  /** For who works on jobs: without the queue, working waits. */
  worker(): ConnectionOptions;
  /** Ends what the process keeps open for all its workers. */
  close(): void;
}

/** BullMQ opens a pool for every queue and worker. */
const CONNECTIONS_A_POOL = 3;
const CONNECT_TIMEOUT_MS = 5_000;

/** The queues in a schema of their own beside our tables. */
export function postgresQueueBackend(databaseUrl: string): QueueBackend {
  const connection = {
    connectionString: databaseUrl,
    schema: 'bullmq',
    migrate: true,
    max: CONNECTIONS_A_POOL,
    Client: PgClient,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
  // BullMQ's options are typed for Redis by default; its PostgreSQL backend reads these.
  const options = { connection } as unknown as ConnectionOptions;
  return {
    factory: createPostgresBackend as unknown as BackendFactory,
    awaited: true,
    producer: options,
    worker: () => options,
    close: () => undefined,
  };
}

// The oldest Redis that BullMQ recommends. It asks each connection for the version once, when it is first there, and is
// lost for good if that fails; told not to ask, it assumes this one.
RedisConnection.minimumVersion = '6.2.0';

/** The queues on Redis, added to over `client`, and worked on over a connection of the workers' own. */
export function redisQueueBackend(client: RedisClient, address: RedisAddress, prefix: string): QueueBackend {
  // On a cluster BullMQ's scripts need all keys of a queue in one slot, which the braces see to.
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
