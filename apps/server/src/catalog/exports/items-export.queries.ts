import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { itemColumns } from '../csv/item-columns';
import { csvLine } from '../csv/write-csv';
import {
  type CatalogItemFilters,
  type CatalogItemRow,
  CatalogItemsRepository,
} from '../items/catalog-items.repository';
import { NO_SKU } from '../items/sku';

const BATCH = 500;

/** Exports items as CSV. */
@Injectable()
export class ItemsExport {
  constructor(private readonly items: CatalogItemsRepository) {}

  /**
   * Returns a CSV file of items in the order of their SKUs, as a stream of text. Importing the file again changes
   * nothing. Reads one batch at a time, so an item that changes during the export may appear in its old or its new
   * version. Resolves after the first batch has been read.
   */
  async file(ctx: TransactionContext, filters: CatalogItemFilters): Promise<AsyncGenerator<string>> {
    return this.write(ctx, filters, await this.items.list(ctx, filters, NO_SKU, BATCH));
  }

  private async *write(
    ctx: TransactionContext,
    filters: CatalogItemFilters,
    first: CatalogItemRow[],
  ): AsyncGenerator<string> {
    yield csvLine(itemColumns);
    for (let rows = first; ;) {
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map((row) => csvLine(cellsOf(row))).join('');
      if (rows.length < BATCH) return;
      rows = await this.items.list(ctx, filters, last.sku, BATCH);
    }
  }
}

/** Returns the fields of an item, in the order of `itemColumns`. */
const cellsOf = (row: CatalogItemRow): string[] => [
  ...[row.sku, row.name, row.brand ?? '', row.category ?? '', row.priceAmount, row.priceCurrency],
  ...[row.weightKg ?? '', row.hsCode ?? '', attributesOf(row)],
];

const attributesOf = ({ attributes }: CatalogItemRow): string =>
  Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes);
