import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf } from '@waybill/database';
import { CatalogItemEntity } from './catalog-item.entity';

const ROW = columnsOf(
  CatalogItemEntity,
  ...(['sku', 'name', 'brand', 'category', 'priceAmount', 'priceCurrency', 'weightKg', 'hsCode'] as const),
  ...(['attributes', 'archivedAt', 'createdAt', 'updatedAt'] as const),
);

export type CatalogItemRow = RowOf<typeof ROW>;

/** Items of the catalog in PostgreSQL. */
@Injectable()
export class CatalogItemsRepository {
  constructor(private readonly database: Database) {}

  async find(ctx: TransactionContext, sku: string): Promise<CatalogItemRow | undefined> {
    const row = await this.database
      .repository(ctx, CatalogItemEntity)
      .findOne({ select: ROW.selection, where: { sku } });
    return row ?? undefined;
  }
}
