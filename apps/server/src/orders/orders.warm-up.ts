import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { Readiness } from '@waybill/observability';
import { OrdersCache } from './orders.cache';
import { OrdersRepository, type StoredDocument } from './orders.repository';

const PAGE = 1_000;

/**
 * Fills the cache with the newest orders when a process that serves HTTP starts. The process becomes ready when this
 * ends, even if it fails: without the cache, reads come from PostgreSQL.
 */
@Injectable()
export class OrdersWarmUp implements OnApplicationBootstrap {
  private readonly logger = new Logger(OrdersWarmUp.name);
  private isDone = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly readiness: Readiness,
    private readonly orders: OrdersRepository,
    private readonly cache: OrdersCache,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role === 'worker' || this.config.orders.warmCount === 0) return;
    this.readiness.require('orders_cache', async () => {
      if (!this.isDone) throw new Error('The cache of orders is not warm yet');
    });
    void this.warmUp();
  }

  private async warmUp(): Promise<void> {
    try {
      await this.fill();
    } catch (error) {
      this.logger.warn(`Could not warm up the cache of orders: ${(error as Error).message}`);
    }
    this.isDone = true;
  }

  private async fill(): Promise<void> {
    const newest: StoredDocument[] = [];
    let page: StoredDocument[];
    do {
      page = await this.orders.newest(new TransactionContext(), newest.at(-1)?.position, PAGE);
      newest.push(...page);
    } while (page.length === PAGE && newest.length < this.config.orders.warmCount);
    // Adds the oldest first, so that the cache evicts them first.
    for (const stored of newest.slice(0, this.config.orders.warmCount).toReversed()) this.cache.set(stored);
  }
}
