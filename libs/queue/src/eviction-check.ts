import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { REDIS, type RedisClient } from '@waybill/redis';
import { Cluster } from 'ioredis';

/** Warns if Redis may evict keys: BullMQ would lose jobs, and with part of a job's keys evicted, also their order. */
@Injectable()
export class EvictionCheck implements OnModuleInit {
  private readonly logger = new Logger(EvictionCheck.name);

  constructor(@Inject(REDIS) private readonly client: RedisClient | undefined) {}

  onModuleInit(): void {
    const { client } = this;
    if (!client) return;
    if (client.status === 'ready') void this.check(client);
    else client.once('ready', () => void this.check(client));
  }

  private async check(client: RedisClient): Promise<void> {
    const nodes = client instanceof Cluster ? client.nodes('master') : [client];
    try {
      const policies = (await Promise.all(nodes.map((node) => node.info('memory')))).map(policyOf);
      const evicting = policies.find((policy) => policy !== undefined && policy !== 'noeviction');
      if (evicting === undefined) return;
      this.logger.warn(
        `REDIS_URL: its maxmemory-policy is ${evicting}, but the queues need noeviction: jobs may be lost until the ` +
          'sweeper requeues them. Set noeviction, and use a separate Redis for the cache (CACHE_REDIS_URL).',
      );
    } catch (error) {
      // The user may lack the permission to read it.
      this.logger.debug(`The eviction policy is unknown: ${(error as Error).message}`);
    }
  }
}

const policyOf = (info: string): string | undefined => /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
