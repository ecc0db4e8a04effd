import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { Database, isDeadlock, isRefusal } from '@waybill/database';
import { ItemCache } from '../items/item-cache';
import type { CatalogItemValues } from '../items/catalog-items.repository';
import { type ImportedChange, ImportedItemsRepository } from './imported-items.repository';
import { type ChunkOutcome, type ImportWork, ImportWorkRepository } from './import-work.repository';
import { errorsOf, type ImportedRow } from './item-of-row';

const DEADLOCK_TRIES = 5;
const DEADLOCK_DELAY_MS = 100;

type ValidRow = Extract<ImportedRow, { item: CatalogItemValues }>;
const isValid = (row: ImportedRow): row is ValidRow => 'item' in row;

/** Imports the rows of a chunk. The changes, the errors and the progress are stored in one transaction. */
@Injectable()
export class ImportedChunks {
  private readonly logger = new Logger(ImportedChunks.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly imports: ImportWorkRepository,
    private readonly items: ImportedItemsRepository,
    private readonly cache: ItemCache,
  ) {}

  /**
   * Imports a chunk exactly once. When this resolves, readers in all processes see its items.
   * @returns false if another worker has imported the chunk.
   */
  async import(work: ImportWork, chunk: number, rows: readonly ImportedRow[]): Promise<boolean> {
    try {
      return await this.withoutDeadlocks(() =>
        this.importAll(work, chunk, rows, (ctx, valid) => this.putAll(ctx, work, valid)),
      );
    } catch (error) {
      if (!isRefusal(error) || isDeadlock(error)) throw error;
      // PostgreSQL refused a row that is valid by our rules. Retries row by row, so that only that row fails.
      this.logger.error(`Import ${work.id}, chunk ${chunk}: ${(error as Error).message}`);
      return this.withoutDeadlocks(() =>
        this.importAll(work, chunk, rows, (ctx, valid) => this.putEach(ctx, work, valid)),
      );
    }
  }

  private async importAll(
    { id }: ImportWork,
    chunk: number,
    rows: readonly ImportedRow[],
    put: (ctx: TransactionContext, valid: ValidRow[]) => Promise<PutResult>,
  ): Promise<boolean> {
    const ctx = new TransactionContext();
    return this.database.transaction(ctx, async () => {
      const work = await this.imports.lockAt(ctx, id, chunk);
      if (!work) return false;
      const { changes, refused } = await put(ctx, rows.filter(isValid));
      const outcome = outcomeOf(rows, changes, refused);
      await this.imports.finishChunk(ctx, work, outcome, this.config.imports.requeueAfterSeconds);
      if (!work.dryRun)
        this.database.afterCommit(ctx, () => this.cache.invalidate(changes.map(({ sku }) => sku)));
      return true;
    });
  }

  // If several rows have the same SKU, puts each of them, in the order of the file.
  private async putAll(
    ctx: TransactionContext,
    { dryRun }: ImportWork,
    valid: ValidRow[],
  ): Promise<PutResult> {
    const changes: ImportedChange[] = [];
    for (const items of withoutRepeats(valid.map(({ item }) => item)))
      changes.push(...(await this.items[dryRun ? 'compare' : 'put'](ctx, items)));
    return { changes, refused: [] };
  }

  private async putEach(ctx: TransactionContext, work: ImportWork, valid: ValidRow[]): Promise<PutResult> {
    const put: PutResult = { changes: [], refused: [] };
    // Sorts by SKU, because all transactions lock items in this order.
    for (const row of valid.toSorted((a, b) => (a.item.sku < b.item.sku ? -1 : 1))) {
      await this.database.execute(ctx, 'SAVEPOINT item');
      try {
        put.changes.push(...(await this.putAll(ctx, work, [row])).changes);
      } catch (error) {
        if (!isRefusal(error) || isDeadlock(error)) throw error;
        await this.database.execute(ctx, 'ROLLBACK TO SAVEPOINT item');
        put.refused.push(row);
      }
      await this.database.execute(ctx, 'RELEASE SAVEPOINT item');
    }
    return put;
  }

  private async withoutDeadlocks<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!isDeadlock(error) || tries >= DEADLOCK_TRIES) throw error;
        await delay(Math.random() * DEADLOCK_DELAY_MS * tries);
      }
    }
  }
}

/** Result of putting the valid rows. */
interface PutResult {
  changes: ImportedChange[];
  refused: ValidRow[];
}

function outcomeOf(
  rows: readonly ImportedRow[],
  changes: ImportedChange[],
  refused: ValidRow[],
): ChunkOutcome {
  const created = changes.filter((change) => change.created).length;
  const invalid = rows.filter((row) => !isValid(row));
  const failed = invalid.length + refused.length;
  return {
    created,
    updated: changes.length - created,
    unchanged: rows.length - failed - changes.length,
    failed,
    errors: [
      ...rows.flatMap((row) => (isValid(row) ? [] : row.errors)),
      ...refused.flatMap(({ row }) => errorsOf(row, [REFUSED])),
    ],
  };
}

const REFUSED = { columnName: null, code: 'refused', detail: 'The row could not be stored.' };

/** Splits items into lists with unique SKUs: the first list has the first item of each SKU, and so on. */
function withoutRepeats(items: readonly CatalogItemValues[]): CatalogItemValues[][] {
  const lists: CatalogItemValues[][] = [];
  const counts = new Map<string, number>();
  for (const item of items) {
    const count = counts.get(item.sku) ?? 0;
    counts.set(item.sku, count + 1);
    (lists[count] ??= []).push(item);
  }
  return lists;
}
