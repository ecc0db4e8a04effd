import { Injectable } from '@nestjs/common';
import { keysOf, SharedCache } from '@waybill/cache';
import type { TransactionContext } from '@waybill/core';
import { type CatalogItemRow, CatalogItemsRepository } from './catalog-items.repository';

const keyOf = keysOf('catalog-items', 1);

/** A cached row. Its dates are strings, because JSON has no dates. */
type Cached = Omit<CatalogItemRow, Times> & Record<Times, string | null>;
type Times = 'archivedAt' | 'createdAt' | 'updatedAt';

/** Items by SKU, in the cache that all processes share. */
@Injectable()
export class ItemCache {
  constructor(
    private readonly cache: SharedCache,
    private readonly items: CatalogItemsRepository,
  ) {}

  /** Returns the item, or undefined if there is none. Inside a transaction, it reads PostgreSQL. */
  async get(ctx: TransactionContext, sku: string): Promise<CatalogItemRow | undefined> {
    if (ctx.transaction) return this.items.find(ctx, sku);
    const cached = await this.cache.get<CatalogItemRow | Cached>(keyOf(sku), () => this.items.find(ctx, sku));
    return cached && revived(cached);
  }

  /**
   * Removes changed items. Call this after the commit. Once it resolves, no process returns an older version. See
   * `SharedCache.invalidate` for how long that can take.
   */
  invalidate(skus: readonly string[]): Promise<void> {
    return this.cache.invalidate(skus.map((sku) => keyOf(sku)));
  }
}

const revived = (row: CatalogItemRow | Cached): CatalogItemRow => ({
  ...row,
  archivedAt: row.archivedAt === null ? null : new Date(row.archivedAt),
  createdAt: new Date(row.createdAt as string),
  updatedAt: new Date(row.updatedAt as string),
});
