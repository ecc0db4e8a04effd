import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf, statement } from '@waybill/database';
import { LessThan, Not } from 'typeorm';
import type { CsvRow } from '../csv/read-csv';
import { CatalogImportChunkEntity } from './catalog-import-chunk.entity';
import { CatalogImportErrorEntity } from './catalog-import-error.entity';
import { CatalogImportEntity } from './catalog-import.entity';

const STATUS = columnsOf(
  CatalogImportEntity,
  ...(['id', 'state', 'dryRun', 'rowsTotal', 'created', 'updated', 'unchanged', 'failed'] as const),
  ...(['errorsTotal', 'problem', 'createdAt', 'startedAt', 'finishedAt'] as const),
);
export const ERROR = columnsOf(
  CatalogImportErrorEntity,
  ...(['rowNumber', 'position', 'lineNumber', 'columnName', 'code', 'detail'] as const),
);

export type ImportStatus = RowOf<typeof STATUS>;
export type ImportError = RowOf<typeof ERROR>;

/** An upload of this age is abandoned. The time limit of a streamed request (`STREAM_TIMEOUT_MS`) is shorter. */
const MAX_UPLOAD_AGE = '5 minutes';

/** Queries for uploading and reading imports. */
@Injectable()
export class ImportsRepository {
  constructor(private readonly database: Database) {}

  // SQL: an advisory lock, which makes the limit exact, and the database's clock.
  /** Begins an upload. @returns false if `limit` imports are unfinished. */
  beginUpload(ctx: TransactionContext, id: string, limit: number): Promise<boolean> {
    return this.database.transaction(ctx, async () => {
      await this.database.execute(ctx, `SELECT pg_advisory_xact_lock(hashtext('waybill:catalog_imports'))`);
      const inserted = await this.database.execute(
        ctx,
        `INSERT INTO catalog_imports (id, state, requeue_at)
         SELECT $1, 'uploading', now() + interval '${MAX_UPLOAD_AGE}'
         WHERE (SELECT count(*) FROM catalog_imports WHERE finished_at IS NULL) < $2`,
        [id, limit],
      );
      return inserted > 0;
    });
  }

  async addChunk(ctx: TransactionContext, importId: string, position: number, rows: CsvRow[]): Promise<void> {
    await this.database.repository(ctx, CatalogImportChunkEntity).insert({ importId, position, rows });
  }

  /** Deletes an upload that was not accepted. */
  async discardUpload(ctx: TransactionContext, id: string): Promise<void> {
    await this.database.repository(ctx, CatalogImportEntity).delete({ id, state: 'uploading' });
  }

  // SQL: the database's clock.
  /** Makes a complete upload a pending import. @returns undefined if the upload is gone. */
  accept(
    ctx: TransactionContext,
    upload: { id: string; header: readonly string[]; chunksTotal: number; rowsTotal: number },
    { dryRun, graceSeconds }: { dryRun: boolean; graceSeconds: number },
  ): Promise<ImportStatus | undefined> {
    return this.database.row(
      ctx,
      statement(
        STATUS,
        `UPDATE catalog_imports SET state = 'pending', header = $2, chunks_total = $3, rows_total = $4, dry_run = $5,
           created_at = now(), requeue_at = now() + $6 * interval '1 second'
         WHERE id = $1 AND state = 'uploading' RETURNING ${STATUS}`,
      ),
      [upload.id, JSON.stringify(upload.header), upload.chunksTotal, upload.rowsTotal, dryRun, graceSeconds],
    );
  }

  // SQL: SKIP LOCKED, the database's clock.
  /** Deletes uploads whose process died. @returns how many, at most `count`. */
  deleteAbandoned(ctx: TransactionContext, count: number): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM catalog_imports WHERE id IN (
         SELECT id FROM catalog_imports WHERE finished_at IS NULL AND state = 'uploading' AND requeue_at <= now()
         LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [count],
    );
  }

  // SQL: SKIP LOCKED, the database's clock.
  /** Deletes imports that finished more than `days` days ago, with their errors. @returns how many, at most `count`. */
  deleteFinished(ctx: TransactionContext, { days, count }: { days: number; count: number }): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM catalog_imports WHERE id IN (
         SELECT id FROM catalog_imports WHERE finished_at < now() - $1 * interval '1 day'
         ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [days, count],
    );
  }

  async find(ctx: TransactionContext, id: string): Promise<ImportStatus | undefined> {
    const found = await this.database
      .repository(ctx, CatalogImportEntity)
      .findOne({ select: STATUS.selection, where: { id, state: Not('uploading') } });
    return found ?? undefined;
  }

  /** Lists imports, newest first, starting before `beforeId`. */
  list(ctx: TransactionContext, beforeId: string | undefined, count: number): Promise<ImportStatus[]> {
    return this.database.repository(ctx, CatalogImportEntity).find({
      select: STATUS.selection,
      where: { state: Not('uploading'), ...(beforeId !== undefined && { id: LessThan(beforeId) }) },
      order: { id: 'DESC' },
      take: count,
    });
  }

  // SQL: a row comparison of two columns.
  /** Lists the errors of an import in the order of the file, starting after one of them. */
  listErrors(
    ctx: TransactionContext,
    importId: string,
    after: Pick<ImportError, 'rowNumber' | 'position'>,
    count: number,
  ): Promise<ImportError[]> {
    return this.database.rows(
      ctx,
      statement(
        ERROR,
        `SELECT ${ERROR} FROM catalog_import_errors WHERE import_id = $1 AND (row_number, position) > ($2, $3)
         ORDER BY row_number, position LIMIT $4`,
      ),
      [importId, after.rowNumber, after.position, count],
    );
  }
}
