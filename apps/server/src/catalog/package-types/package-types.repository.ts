import { Injectable } from '@nestjs/common';
import { Batcher, TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf, statement, violates } from '@waybill/database';
import { IsNull, MoreThan, Not } from 'typeorm';
import { PackageTypeEntity } from './package-type.entity';

const ROW = columnsOf(PackageTypeEntity, 'id', 'name');
const WHOLE_ROW = columnsOf(PackageTypeEntity, 'id', 'name', 'archivedAt');
const LIST_CURRENT = statement(
  ROW,
  `SELECT ${ROW} FROM package_types WHERE archived_at IS NULL AND id > $1 ORDER BY id LIMIT $2`,
);
const LOCK = statement(WHOLE_ROW, `SELECT ${WHOLE_ROW} FROM package_types WHERE id = $1 FOR NO KEY UPDATE`);
const INSERT = statement(
  WHOLE_ROW,
  `INSERT INTO package_types (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING ${WHOLE_ROW}`,
);

export type CurrentTypeRow = RowOf<typeof ROW>;
export type PackageTypeRow = RowOf<typeof WHOLE_ROW>;
type Range = readonly [afterId: number, count: number];

@Injectable()
export class PackageTypesRepository {
  // Concurrent requests share one statement, which starts after all of them arrived. With 16 callers, this halves the
  // CPU time of a request.
  private readonly rangeBatcher = new Batcher((ranges: Range[]) => this.readRanges(ranges), {
    maxSize: 100,
    concurrency: 2,
  });

  constructor(private readonly database: Database) {}

  /** Lists the types that are not archived, by ID, starting after `afterId`. */
  listCurrent(ctx: TransactionContext, afterId: number, count: number): Promise<CurrentTypeRow[]> {
    return ctx.transaction ? this.readRange(ctx, [afterId, count]) : this.rangeBatcher.add([afterId, count]);
  }

  // SQL: a hot read.
  private readRange(ctx: TransactionContext, range: Range): Promise<CurrentTypeRow[]> {
    return this.database.rows(ctx, LIST_CURRENT, [...range]);
  }

  private readRanges(ranges: readonly Range[]): Promise<CurrentTypeRow[][]> {
    const reads = new Map<string, Promise<CurrentTypeRow[]>>();
    for (const range of ranges)
      if (!reads.has(String(range)))
        reads.set(String(range), this.readRange(new TransactionContext(), range));
    return Promise.all(ranges.map((range) => reads.get(String(range)) as Promise<CurrentTypeRow[]>));
  }

  // SQL: runs for every registration.
  async isCurrent(ctx: TransactionContext, id: number): Promise<boolean> {
    const found = await this.database.execute(
      ctx,
      `SELECT 1 FROM package_types WHERE id = $1 AND archived_at IS NULL`,
      [id],
    );
    return found > 0;
  }

  /** Lists the archived types, by ID, starting after `afterId`. */
  listArchived(ctx: TransactionContext, afterId: number, count: number): Promise<PackageTypeRow[]> {
    return this.types(ctx).find({
      select: WHOLE_ROW.selection,
      where: { archivedAt: Not(IsNull()), id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: count,
    });
  }

  async find(ctx: TransactionContext, id: number): Promise<PackageTypeRow | undefined> {
    const row = await this.types(ctx).findOne({ select: WHOLE_ROW.selection, where: { id } });
    return row ?? undefined;
  }

  // SQL: TypeORM has no NO KEY lock. Any other lock would wait for packages that reference the type.
  /** Locks a type against changes until the open transaction ends. */
  lock(ctx: TransactionContext, id: number): Promise<PackageTypeRow | undefined> {
    return this.database.row(ctx, LOCK, [id]);
  }

  // SQL: ON CONFLICT.
  /** @returns undefined if the name is taken. */
  insert(ctx: TransactionContext, name: string): Promise<PackageTypeRow | undefined> {
    return this.database.row(ctx, INSERT, [name]);
  }

  /** @returns false if the name is taken. The open transaction is then aborted. */
  async rename(ctx: TransactionContext, id: number, name: string): Promise<boolean> {
    try {
      await this.types(ctx).update({ id }, { name });
      return true;
    } catch (error) {
      if (violates(error, 'package_types_name_key')) return false;
      throw error;
    }
  }

  async setArchived(ctx: TransactionContext, id: number, archived: boolean): Promise<PackageTypeRow> {
    await this.types(ctx).update({ id }, { archivedAt: archived ? () => 'now()' : null });
    return this.types(ctx).findOneOrFail({ select: WHOLE_ROW.selection, where: { id } });
  }

  private types(ctx: TransactionContext) {
    return this.database.repository(ctx, PackageTypeEntity);
  }
}
