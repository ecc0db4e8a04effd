import { Injectable } from '@nestjs/common';
import { type AuditChanges, type AuditEntry, AuditService } from '@waybill/audit';
import {
  type Bound,
  checkIfMatch,
  Cursors,
  type Page,
  PreconditionFailedError,
  type RequestContext,
  requireIfMatch,
  type TransactionContext,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { z } from 'zod';
import type { CatalogAuditAction } from '../audit-actions';
import {
  type ListCatalogItemsQuery,
  type PutCatalogItemDto,
  toCatalogItemDto,
  toCatalogItemValues,
} from './catalog-items.dto';
import { CatalogItemNotFoundError, InvalidSkuError } from './catalog-items.errors';
import {
  type CatalogItemForOrder,
  type CatalogItemRow,
  CatalogItemsRepository,
  type CatalogItemValues,
} from './catalog-items.repository';
import { ItemCache } from './item-cache';
import { NO_SKU, SKU_PATTERN } from './sku';

const cursors = new Cursors('catalog-items', z.tuple([z.string().regex(new RegExp(SKU_PATTERN))]));

/** An item after a PUT. */
export interface PutCatalogItem {
  row: CatalogItemRow;
  isNew: boolean;
}

/** Items of the catalog. */
@Injectable()
export class CatalogItemsService {
  constructor(
    private readonly database: Database,
    private readonly items: CatalogItemsRepository,
    private readonly cache: ItemCache,
    private readonly audit: AuditService,
  ) {}

  /** Returns an item, from the cache. @throws CatalogItemNotFoundError */
  async get(ctx: TransactionContext, sku: string): Promise<CatalogItemRow> {
    const row = sku === NO_SKU ? undefined : await this.cache.get(ctx, sku);
    if (!row) throw new CatalogItemNotFoundError();
    return row;
  }

  /** Returns a page of the current or of the archived items, by SKU. */
  async list(
    ctx: TransactionContext,
    { limit, cursor, archived = false, category, brand, q }: ListCatalogItemsQuery,
  ): Promise<Page<CatalogItemRow>> {
    const filters = { archived, category, brand, q } satisfies Bound;
    const [afterSku] = cursors.read(cursor, filters) ?? [NO_SKU];
    const rows = await this.items.list(ctx, filters, afterSku, limit + 1);
    return cursors.page(rows, limit, filters, ({ sku }) => [sku]);
  }

  /**
   * Returns the items with these SKUs, including archived ones, in one statement and in the context's transaction.
   * Skips unknown SKUs. The caller limits their number.
   */
  findForOrder(ctx: TransactionContext, skus: readonly string[]): Promise<CatalogItemForOrder[]> {
    return this.items.findForOrder(ctx, skus);
  }

  /**
   * Creates an item, or replaces its values. An archived item stays archived. Does nothing if the item has these values
   * already.
   * @throws InvalidSkuError, PreconditionRequiredError, PreconditionFailedError
   */
  put(ctx: RequestContext, sku: string, dto: PutCatalogItemDto): Promise<PutCatalogItem> {
    if (sku === NO_SKU) throw new InvalidSkuError();
    const values = toCatalogItemValues(sku, dto);
    return this.database.transaction(ctx, async () => {
      const existing = await this.items.lock(ctx, sku);
      const created = existing ? undefined : await this.create(ctx, values);
      if (created) return { row: created, isNew: true };
      // A concurrent request may have just created the item.
      const before = existing ?? (await this.items.lock(ctx, sku));
      if (!before) throw new CatalogItemNotFoundError();
      return { row: await this.replace(ctx, before, values), isNew: false };
    });
  }

  /**
   * Archives an item: it is no longer listed as current, and new orders cannot contain it. Idempotent.
   * @throws CatalogItemNotFoundError, PreconditionFailedError
   */
  archive(ctx: RequestContext, sku: string): Promise<CatalogItemRow> {
    return this.setArchived(ctx, sku, true);
  }

  /** Makes an archived item current again. Idempotent. @throws CatalogItemNotFoundError, PreconditionFailedError */
  restore(ctx: RequestContext, sku: string): Promise<CatalogItemRow> {
    return this.setArchived(ctx, sku, false);
  }

  /** @returns undefined if another request has just created the item. */
  private async create(ctx: RequestContext, values: CatalogItemValues): Promise<CatalogItemRow | undefined> {
    // If-Match fails on an item that does not exist, even with "*".
    if (ctx.preconditions.ifMatch) throw new PreconditionFailedError();
    const row = await this.items.insert(ctx, values);
    if (!row) return undefined;
    await this.record(ctx, row.sku, { action: 'catalog_item.created', changes: changesOf(row) });
    return row;
  }

  private async replace(
    ctx: RequestContext,
    before: CatalogItemRow,
    values: CatalogItemValues,
  ): Promise<CatalogItemRow> {
    requireIfMatch(ctx, toCatalogItemDto(before));
    const after = await this.items.replace(ctx, values);
    if (!after) return before;
    await this.record(ctx, after.sku, { action: 'catalog_item.changed', changes: changesOf(after, before) });
    return after;
  }

  private setArchived(ctx: RequestContext, sku: string, archived: boolean): Promise<CatalogItemRow> {
    return this.database.transaction(ctx, async () => {
      const before = await this.items.lock(ctx, sku);
      if (!before) throw new CatalogItemNotFoundError();
      checkIfMatch(ctx, toCatalogItemDto(before));
      if ((before.archivedAt !== null) === archived) return before;
      const action = archived ? 'catalog_item.archived' : 'catalog_item.restored';
      await this.record(ctx, sku, { action });
      return this.items.setArchived(ctx, sku, archived);
    });
  }

  /** Records a change, and removes the item from the cache once the change is committed. */
  private async record(
    ctx: RequestContext,
    sku: string,
    entry: Omit<AuditEntry, 'target'> & { action: CatalogAuditAction },
  ): Promise<void> {
    await this.audit.record(ctx, { ...entry, target: { kind: 'catalog_item', id: sku } });
    this.database.afterCommit(ctx, () => this.cache.invalidate([sku]));
  }
}

/** Returns the values of an item for the audit log; with `before`, only those that differ. */
function changesOf(after: CatalogItemRow, before?: CatalogItemRow): AuditChanges {
  const [to, from] = [auditedOf(after), before && auditedOf(before)];
  const changed = Object.entries(to).filter(([name, value]) => value !== from?.[name]);
  return Object.fromEntries(
    changed.map(([name, value]) => [name, from ? { from: from[name] ?? null, to: value } : value]),
  );
}

const auditedOf = (row: CatalogItemRow): Record<string, string | null> => ({
  name: row.name,
  brand: row.brand,
  category: row.category,
  price: `${row.priceAmount} ${row.priceCurrency}`,
  weight_kg: row.weightKg,
  hs_code: row.hsCode,
  // As text, because the names of attributes are the caller's.
  attributes: JSON.stringify(row.attributes),
});
