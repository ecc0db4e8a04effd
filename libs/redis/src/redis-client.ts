import { Logger } from '@nestjs/common';
import type { RedisAddress } from '@waybill/config';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** Connection to one Redis, or to a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/**
 * What happens to a command while Redis is unavailable. `failFast`: it fails within a second; for code that serves
 * requests. `queueWhenOffline`: it waits until Redis is back; for workers.
 */
export type OfflineBehavior = 'failFast' | 'queueWhenOffline';

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 1_000;
const LONGEST_PAUSE_MS = 2_000;

const pauseBetweenConnects = (times: number): number => Math.min(times * 100, LONGEST_PAUSE_MS);

/** Connects in the background, and reconnects after each loss. Logs a lost connection; never throws. */
export function connectRedis(address: RedisAddress, offline: OfflineBehavior): RedisClient {
  const client = address.nodes.length > 1 ? connectCluster(address, offline) : connectNode(address, offline);
  logOutages(client);
  return client;
}

/** Waits a bounded time for a connection. @returns whether there is one. */
export async function isConnected(client: RedisClient, withinMs: number): Promise<boolean> {
  if (client.status === 'ready') return true;
  let found = () => undefined as void;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    found = resolve;
    client.once('ready', found);
    timer = setTimeout(resolve, withinMs);
  });
  client.off('ready', found);
  clearTimeout(timer);
  return (client.status as string) === 'ready';
}

function connectNode(address: RedisAddress, offline: OfflineBehavior): Redis {
  return new Redis({
    ...optionsFor(address, offline),
    ...address.nodes[0],
    db: address.database,
    enableOfflineQueue: offline === 'queueWhenOffline',
    retryStrategy: pauseBetweenConnects,
    // After a failover, the connection may lead to a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
}

function connectCluster(address: RedisAddress, offline: OfflineBehavior): Cluster {
  return new Cluster(address.nodes, {
    redisOptions: optionsFor(address, offline),
    enableOfflineQueue: offline === 'queueWhenOffline',
    clusterRetryStrategy: pauseBetweenConnects,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Certificates name hosts, but a cluster announces addresses; those are used unchanged.
    dnsLookup: (host, found) => found(null, host),
  });
}

function optionsFor({ username, password, tls }: RedisAddress, offline: OfflineBehavior): RedisOptions {
  return {
    username,
    password,
    ...(tls ? { tls: {} } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    ...(offline === 'queueWhenOffline'
      ? { maxRetriesPerRequest: null }
      : {
          maxRetriesPerRequest: 0,
          autoResendUnfulfilledCommands: false,
          commandTimeout: COMMAND_TIMEOUT_MS,
          // Closes a connection that hangs, so that one caller waits for it, not all.
          socketTimeout: COMMAND_TIMEOUT_MS,
        }),
  };
}

// Logs one line when the connection is lost and one when it is back, not one per attempt.
function logOutages(client: RedisClient): void {
  const logger = new Logger('Redis');
  let away = false;
  client.on('error', (error: Error) => {
    if (away) return logger.debug(error.message);
    away = true;
    logger.warn(`Redis unavailable: ${error.message}`);
  });
  client.on('ready', () => {
    if (away) logger.log('Redis available again');
    away = false;
  });
}
