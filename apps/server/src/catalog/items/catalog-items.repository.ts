import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf, type Statement, statement } from '@waybill/database';
import { CatalogItemEntity } from './catalog-item.entity';

const VALUES = columnsOf(
  CatalogItemEntity,
  ...(['sku', 'name', 'brand', 'category', 'priceAmount', 'priceCurrency', 'weightKg', 'hsCode'] as const),
  'attributes',
);
const ROW = VALUES.and(columnsOf(CatalogItemEntity, 'archivedAt', 'createdAt', 'updatedAt'));
const FOR_ORDER = columnsOf(
  CatalogItemEntity,
  ...(['sku', 'name', 'brand', 'priceAmount', 'priceCurrency', 'weightKg', 'archivedAt'] as const),
);

/** The values of an item that callers set. */
export type CatalogItemValues = RowOf<typeof VALUES>;
export type CatalogItemRow = RowOf<typeof ROW>;
/** The fields of an item that an order copies. */
export type CatalogItemForOrder = RowOf<typeof FOR_ORDER>;

export interface CatalogItemFilters {
  archived: boolean;
  category?: string | undefined;
  brand?: string | undefined;
  /** Words to search for. Matches all their inflected forms. */
  q?: string | undefined;
}

/**
 * The search document of an item. The index catalog_items_search_idx is on this expression. The configuration "russian"
 * stems words in Latin letters as English. "simple" keeps SKUs and brands unchanged.
 */
const SEARCH_VECTOR = `(
  to_tsvector('pg_catalog.russian', name || ' ' || coalesce(brand, '') || ' ' || coalesce(category, ''))
  || to_tsvector('pg_catalog.simple', sku || ' ' || coalesce(brand, '')))`;

const FIND = statement(ROW, `SELECT ${ROW} FROM catalog_items WHERE sku = $1`);
const LOCK = statement(ROW, `SELECT ${ROW} FROM catalog_items WHERE sku = $1 FOR NO KEY UPDATE`);
const FIND_FOR_ORDER = statement(FOR_ORDER, `SELECT ${FOR_ORDER} FROM catalog_items WHERE sku = ANY ($1)`);
const INSERT = statement(
  ROW,
  `INSERT INTO catalog_items (${VALUES.names}) VALUES (${VALUES.placeholders})
   ON CONFLICT (sku) DO NOTHING RETURNING ${ROW}`,
);
const REPLACE = statement(
  ROW,
  `UPDATE catalog_items SET (${VALUES.names}, updated_at) = (${VALUES.placeholders}, now())
   WHERE sku = $1 AND (${VALUES.names}) IS DISTINCT FROM (${VALUES.placeholders}) RETURNING ${ROW}`,
);
const SET_ARCHIVED = statement(
  ROW,
  `UPDATE catalog_items SET archived_at = CASE WHEN $2::boolean THEN now() END, updated_at = now()
   WHERE sku = $1 RETURNING ${ROW}`,
);

/** Items of the catalog in PostgreSQL. */
@Injectable()
export class CatalogItemsRepository {
  constructor(private readonly database: Database) {}

  // SQL: a hot read.
  find(ctx: TransactionContext, sku: string): Promise<CatalogItemRow | undefined> {
    return this.database.row(ctx, FIND, [sku]);
  }

  // SQL: TypeORM has no NO KEY lock.
  /** Locks an item against changes until the open transaction ends. */
  lock(ctx: TransactionContext, sku: string): Promise<CatalogItemRow | undefined> {
    return this.database.row(ctx, LOCK, [sku]);
  }

  // SQL: a hot read.
  findForOrder(ctx: TransactionContext, skus: readonly string[]): Promise<CatalogItemForOrder[]> {
    return this.database.rows(ctx, FIND_FOR_ORDER, [skus]);
  }

  // SQL: full-text search.
  /** Lists items by SKU, starting after `afterSku`. */
  list(
    ctx: TransactionContext,
    filters: CatalogItemFilters,
    afterSku: string,
    count: number,
  ): Promise<CatalogItemRow[]> {
    const { text, parameters } = listing(filters);
    return this.database.rows(ctx, text, [afterSku, count, ...parameters]);
  }

  // SQL: ON CONFLICT.
  /** @returns undefined if the item exists. */
  insert(ctx: TransactionContext, item: CatalogItemValues): Promise<CatalogItemRow | undefined> {
    return this.database.row(ctx, INSERT, parametersOf(item));
  }

  // SQL: PostgreSQL compares the values, so that "1.5" and "1.500" are equal.
  /** @returns undefined if the item has these values already. */
  replace(ctx: TransactionContext, item: CatalogItemValues): Promise<CatalogItemRow | undefined> {
    return this.database.row(ctx, REPLACE, parametersOf(item));
  }

  // SQL: the database's clock.
  setArchived(ctx: TransactionContext, sku: string, archived: boolean): Promise<CatalogItemRow> {
    return this.database.one(ctx, SET_ARCHIVED, [sku, archived]);
  }
}

const parametersOf = (item: CatalogItemValues): unknown[] =>
  VALUES.valuesOf({ ...item, attributes: JSON.stringify(item.attributes) as never });

const listings = new Map<string, Statement<CatalogItemRow>>();

/**
 * Returns the statement for exactly these filters. Each of the 16 combinations has its own statement, because `$n IS
 * NULL OR …` would lead to a worse query plan. `$1` is the SKU to start after, `$2` the number of rows.
 */
function listing({ archived, category, brand, q }: CatalogItemFilters): {
  text: Statement<CatalogItemRow>;
  parameters: unknown[];
} {
  const filters = { category, brand, q };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name);
  const key = `${archived} ${names.join(' ')}`;
  const text = listings.get(key) ?? statement(ROW, textOfListing(archived, names));
  listings.set(key, text);
  return { text, parameters: given.map(([, value]) => value) };
}

function textOfListing(archived: boolean, filters: string[]): string {
  const conditions = [
    `archived_at IS ${archived ? 'NOT NULL' : 'NULL'}`,
    ...filters.map((name, n) =>
      name === 'q' ? `${SEARCH_VECTOR} @@ ${wordsOf(n + 3)}` : `${name} = $${n + 3}`,
    ),
  ].join(' AND ');
  const page = 'sku > $1 ORDER BY sku LIMIT $2';
  if (!filters.includes('q')) return `SELECT ${ROW} FROM catalog_items WHERE ${conditions} AND ${page}`;
  // Materialized, because PostgreSQL might otherwise read all items in the order of their SKUs and search each text.
  return `WITH found AS MATERIALIZED (SELECT sku FROM catalog_items WHERE ${conditions})
    SELECT ${ROW} FROM catalog_items WHERE sku = ANY (ARRAY(SELECT sku FROM found WHERE ${page})) ORDER BY sku`;
}

/** Requires all words. Ignores operators, so any text is a valid query. */
const wordsOf = (parameter: number): string =>
  `(plainto_tsquery('pg_catalog.russian', $${parameter}) || plainto_tsquery('pg_catalog.simple', $${parameter}))`;
