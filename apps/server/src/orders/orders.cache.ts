import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { LRUCache } from 'lru-cache';
import type { StoredDocument } from './orders.repository';

/** The document of an order, and who may read it. */
type CachedOrder = Pick<StoredDocument, 'orderUid' | 'ownerId' | 'document'>;

// A string takes up to two bytes per character. The constant covers the entry itself.
const sizeOf = ({ document, orderUid }: CachedOrder): number => 2 * (document.length + orderUid.length) + 256;

/**
 * Caches the documents of the most recently stored or read orders in memory, up to a total size. Orders never change,
 * so an entry is never stale.
 */
@Injectable()
export class OrdersCache {
  private readonly entries: LRUCache<string, CachedOrder>;

  constructor(@Inject(CONFIG) config: Config) {
    // A worker serves no orders.
    const maxSize = config.role === 'worker' ? 1 : config.orders.cacheBytes;
    this.entries = new LRUCache({ maxSize, maxEntrySize: Math.ceil(maxSize / 4), sizeCalculation: sizeOf });
  }

  get(orderUid: string): CachedOrder | undefined {
    return this.entries.get(orderUid);
  }

  set(stored: CachedOrder): void {
    this.entries.set(stored.orderUid, stored);
  }

  get size(): number {
    return this.entries.size;
  }
}
