import { Logger } from '@nestjs/common';
import {
  createClient,
  createCluster,
  type RedisClientType,
  type RedisClusterOptions,
  type RedisClusterType,
} from '@redis/client';
import type { RedisAddress } from '@waybill/config';
import type { CacheManagerStore } from 'cache-manager';
import { redisClusterInsStore, redisInsStore } from 'cache-manager-redis-yet';

const CONNECT_TIMEOUT_MS = 3_000;
const LONGEST_PAUSE_MS = 2_000;
/** Minimum interval between cluster discoveries while commands fail. */
const REDISCOVER_MS = 5_000;
/**
 * Maximum retries to connect to a cluster node. Then the client waits for the next discovery. Without a limit, it would
 * retry a removed node forever.
 */
const NODE_RETRIES = 5;
const LOG_EVERY_MS = 60_000;

/** Single-key commands, which work on a cluster too. */
export type SingleKeyStore = Pick<CacheManagerStore, 'get' | 'set' | 'del'>;

/** A connection that is opened in the background, and reopened after each loss. */
export interface RedisConnection {
  /** Undefined until the first connection. */
  store(): SingleKeyStore | undefined;
  /** Runs a Lua script on the node that holds the key. Undefined until the first connection. */
  script(text: string, key: string, parameters: string[]): Promise<unknown> | undefined;
  /** Returns a client for each node that holds keys. */
  masters(): Promise<RedisClientType[]>;
  /** Reports a failed command. */
  failed(): void;
  close(): Promise<void>;
}

export function connectToCache(address: RedisAddress): RedisConnection {
  return address.nodes.length > 1 ? new ClusterConnection(address) : new NodeConnection(address);
}

class NodeConnection implements RedisConnection {
  private readonly client: RedisClientType;
  private readonly singleKeys: SingleKeyStore;

  constructor(address: RedisAddress) {
    const [node] = address.nodes;
    const { socket, ...options } = clientOptions(address, Infinity);
    this.client = createClient({ ...options, socket: { ...socket, ...node }, database: address.database });
    const outages = new OutageLog();
    // Without a listener, an error event would end the process.
    this.client.on('error', (error: Error) => outages.add(error));
    this.client.connect().catch((error: Error) => outages.add(error));
    this.singleKeys = redisInsStore(this.client as never);
  }

  store(): SingleKeyStore {
    return this.singleKeys;
  }

  script(text: string, key: string, parameters: string[]): Promise<unknown> {
    return this.client.sendCommand(['EVAL', text, '1', key, ...parameters]);
  }

  async masters(): Promise<RedisClientType[]> {
    return [this.client];
  }

  failed(): void {
    // The client reconnects by itself.
  }

  async close(): Promise<void> {
    if (this.client.isOpen) await this.client.disconnect();
  }
}

/**
 * Recreates the cluster client when commands fail: the client does not look for a new master while the old one is
 * unreachable, and it connects only once.
 */
class ClusterConnection implements RedisConnection {
  private readonly outages = new OutageLog();
  private cluster: RedisClusterType | undefined;
  private singleKeys: SingleKeyStore | undefined;
  private retry: NodeJS.Timeout | undefined;
  private discoveredAt = 0;
  private closed = false;

  constructor(private readonly address: RedisAddress) {
    void this.discover();
  }

  store(): SingleKeyStore | undefined {
    return this.singleKeys;
  }

  script(text: string, key: string, parameters: string[]): Promise<unknown> | undefined {
    // The client's own `eval` ignores the key, and asks any node.
    return this.cluster?.sendCommand(key, false, ['EVAL', text, '1', key, ...parameters]);
  }

  async masters(): Promise<RedisClientType[]> {
    const { cluster } = this;
    if (!cluster) return [];
    return Promise.all(
      cluster.masters.map(async (node) => (await cluster.nodeClient(node)) as RedisClientType),
    );
  }

  failed(): void {
    if (this.retry !== undefined || this.closed) return;
    const wait = Math.max(0, this.discoveredAt + REDISCOVER_MS - Date.now());
    this.retry = setTimeout(() => void this.discover(), wait).unref();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await disconnect(this.cluster);
  }

  private async discover(): Promise<void> {
    this.discoveredAt = Date.now();
    const next: RedisClusterType = createCluster({
      rootNodes: this.address.nodes.map((node) => ({ socket: node })),
      defaults: clientOptions(this.address, NODE_RETRIES),
      // Otherwise one unreachable master blocks the others.
      minimizeConnections: true,
    });
    next.on('error', (error: Error) => this.outages.add(error));
    try {
      await next.connect();
      await this.replaceWith(next);
    } catch (error) {
      this.outages.add(error as Error);
      this.retry = undefined;
      this.failed();
    }
  }

  private async replaceWith(next: RedisClusterType): Promise<void> {
    const previous = this.closed ? next : this.cluster;
    if (!this.closed) {
      this.cluster = next;
      this.singleKeys = redisClusterInsStore(next as never, {} as never);
    }
    this.retry = undefined;
    await disconnect(previous);
  }
}

async function disconnect(cluster: RedisClusterType | undefined): Promise<void> {
  if (!cluster?.isOpen) return;
  // `disconnect` throws for a node that was never connected.
  await cluster.disconnect().catch(() => undefined);
}

function clientOptions(
  { username, password, tls }: RedisAddress,
  retries: number,
): NonNullable<RedisClusterOptions['defaults']> {
  return {
    username,
    password,
    // While Redis is unavailable, a command fails at once instead of waiting.
    disableOfflineQueue: true,
    socket: {
      ...(tls ? { tls: true as const } : {}),
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (tried: number) =>
        tried < retries ? Math.min((tried + 1) * 100, LONGEST_PAUSE_MS) : false,
    },
  };
}

/** Logs an outage once a minute, not once per attempt. */
class OutageLog {
  private readonly logger = new Logger('Cache');
  private writtenAt = -Infinity;

  add({ message }: Error): void {
    if (Date.now() - this.writtenAt < LOG_EVERY_MS) return this.logger.debug(message);
    this.writtenAt = Date.now();
    this.logger.warn(`cache Redis unavailable: ${message}`);
  }
}
