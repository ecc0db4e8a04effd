import { Logger } from '@nestjs/common';
import type { RedisAddress } from '@waybill/config';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** A connection to one Redis, or to a Redis Cluster. */
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

/** Connects in the background, and again whenever the connection is lost; losing it is logged and throws nowhere. */
export function connectRedis(address: RedisAddress, offline: OfflineBehavior): RedisClient {
  const client = address.nodes.length > 1 ? connectCluster(address, offline) : connectNode(address, offline);
  logOutages(client);
  return client;
}

/** Waits for a connection, but not for long. @returns whether there is one. */
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
    // A failover may leave us with a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
}

function connectCluster(address: RedisAddress, offline: OfflineBehavior): Cluster {
  return new Cluster(address.nodes, {
    redisOptions: optionsFor(address, offline),
    enableOfflineQueue: offline === 'queueWhenOffline',
    clusterRetryStrategy: pauseBetweenConnects,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Certificates name hosts; what the cluster announces are addresses, and those are kept as they are.
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
          // One that hangs is taken for gone: so one caller waits for it, and not every caller.
          socketTimeout: COMMAND_TIMEOUT_MS,
        }),
  };
}

// One line when it goes and one when it is back, not one an attempt.
function logOutages(client: RedisClient): void {
  const logger = new Logger('Redis');
  let away = false;
  client.on('error', (error: Error) => {
    if (away) return logger.debug(error.message);
    away = true;
    logger.warn(`Redis is away: ${error.message}`);
  });
  client.on('ready', () => {
    if (away) logger.log('Redis is back');
    away = false;
  });
}
