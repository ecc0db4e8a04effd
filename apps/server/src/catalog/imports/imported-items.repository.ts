import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { CatalogItemEntity } from '../items/catalog-item.entity';
import type { CatalogItemValues } from '../items/catalog-items.repository';

const VALUES = columnsOf(
  CatalogItemEntity,
  ...(['sku', 'name', 'brand', 'category', 'priceAmount', 'priceCurrency', 'weightKg', 'hsCode'] as const),
  'attributes',
);
const columnsFrom = (table: string): string => VALUES.names.replaceAll(/\w+/g, (name) => `${table}.${name}`);

const given = `jsonb_to_recordset($1::jsonb) AS given (${VALUES.recordsetDefinition})`;
const SKU = columnsOf(CatalogItemEntity, 'sku');
const WRITTEN = SKU.from('item').and(computed({ created: value.boolean('xmax = 0') }));
const COMPARED = SKU.from('given').and(computed({ created: value.boolean('item.sku IS NULL') }));

const UPSERT = statement(
  WRITTEN,
  `INSERT INTO catalog_items AS item (${VALUES.names})
   SELECT ${VALUES.recordsetColumns('given')} FROM ${given} ORDER BY given.sku COLLATE "C"
   ON CONFLICT (sku) DO UPDATE SET (${VALUES.names}, updated_at) = (${columnsFrom('excluded')}, now())
   WHERE (${columnsFrom('item')}) IS DISTINCT FROM (${columnsFrom('excluded')})
   RETURNING ${WRITTEN}`,
);
const COMPARE = statement(
  COMPARED,
  `SELECT ${COMPARED} FROM ${given} LEFT JOIN catalog_items AS item ON item.sku = given.sku
   WHERE item.sku IS NULL OR (${columnsFrom('item')}) IS DISTINCT FROM (${VALUES.recordsetColumns('given')})`,
);

/** An item that an import creates or changes. */
export type ImportedChange = RowOf<typeof WRITTEN>;

/** Writes the items of imports to PostgreSQL. */
@Injectable()
export class ImportedItemsRepository {
  constructor(private readonly database: Database) {}

  // SQL: a set-based insert, ON CONFLICT.
  /**
   * Creates items or replaces their values, like a PUT of each item. An archived item stays archived. Locks the items
   * in the order of their SKUs, so that concurrent calls do not deadlock.
   * @param items must have different SKUs.
   * @returns the items that were created or changed.
   */
  put(ctx: TransactionContext, items: readonly CatalogItemValues[]): Promise<ImportedChange[]> {
    return this.database.rows(ctx, UPSERT, [JSON.stringify(items)]);
  }

  // SQL: a set-based comparison.
  /** Returns what `put` would return, and writes nothing. */
  compare(ctx: TransactionContext, items: readonly CatalogItemValues[]): Promise<ImportedChange[]> {
    return this.database.rows(ctx, COMPARE, [JSON.stringify(items)]);
  }
}
