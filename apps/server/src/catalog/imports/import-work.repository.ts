import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf, statement } from '@waybill/database';
import { MoreThanOrEqual } from 'typeorm';
import type { CsvRow } from '../csv/read-csv';
import { CatalogImportChunkEntity } from './catalog-import-chunk.entity';
import { CatalogImportEntity, type ImportProblem } from './catalog-import.entity';
import { ERROR, type ImportError } from './imports.repository';

const WORK = columnsOf(
  CatalogImportEntity,
  ...(['id', 'dryRun', 'header', 'chunksTotal', 'nextChunk', 'errorsTotal'] as const),
);
const DUE = columnsOf(CatalogImportEntity, 'id', 'state');

/** The fields of an import that a worker needs. */
export type ImportWork = RowOf<typeof WORK>;

/** Result of importing a chunk. */
export interface ChunkOutcome {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  errors: ImportError[];
}

// Bounds the table of errors. Nobody reads more errors of one file.
const MAX_STORED_ERRORS = 100_000;

/** Queries of the workers that process imports. */
@Injectable()
export class ImportWorkRepository {
  constructor(private readonly database: Database) {}

  // SQL: the database's clock.
  /** Counts an attempt before it starts, so that an attempt that crashes its process counts too. */
  beginAttempt(
    ctx: TransactionContext,
    id: string,
    { attempts, graceSeconds }: { attempts: number; graceSeconds: number },
  ): Promise<ImportWork | undefined> {
    return this.database.row(
      ctx,
      statement(
        WORK,
        `UPDATE catalog_imports SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()),
           requeue_at = now() + $2 * interval '1 second'
         WHERE id = $1 AND state IN ('pending', 'running') AND attempts < $3 RETURNING ${WORK}`,
      ),
      [id, graceSeconds, attempts],
    );
  }

  async findChunk(
    ctx: TransactionContext,
    importId: string,
    position: number,
  ): Promise<CsvRow[] | undefined> {
    const chunk = await this.database
      .repository(ctx, CatalogImportChunkEntity)
      .findOne({ select: { rows: true }, where: { importId, position } });
    return chunk?.rows;
  }

  // SQL: a row lock.
  /**
   * Locks an import until the transaction ends.
   * @returns undefined if another worker has imported this chunk, or the import is finished.
   */
  lockAt(ctx: TransactionContext, id: string, chunk: number): Promise<ImportWork | undefined> {
    return this.database.row(
      ctx,
      statement(
        WORK,
        `SELECT ${WORK} FROM catalog_imports WHERE id = $1 AND next_chunk = $2 AND state = 'running' FOR UPDATE`,
      ),
      [id, chunk],
    );
  }

  // SQL: a set-based insert, and the database's clock.
  /** Counts the outcome of a locked import's next chunk and stores its errors. The last chunk finishes the import. */
  async finishChunk(
    ctx: TransactionContext,
    { id, nextChunk, errorsTotal }: ImportWork,
    { errors, ...counts }: ChunkOutcome,
    graceSeconds: number,
  ): Promise<void> {
    const stored = errors.slice(0, Math.max(MAX_STORED_ERRORS - errorsTotal, 0));
    if (stored.length > 0)
      await this.database.execute(
        ctx,
        `INSERT INTO catalog_import_errors (import_id, ${ERROR.names})
         SELECT $1, ${ERROR.recordsetColumns('error')} FROM jsonb_to_recordset($2::jsonb) AS error (${ERROR.recordsetDefinition})`,
        [id, JSON.stringify(stored)],
      );
    await this.database.execute(
      ctx,
      `UPDATE catalog_imports SET next_chunk = next_chunk + 1, attempts = 0, requeue_at = now() + $7 * interval '1 second',
         created = created + $2, updated = updated + $3, unchanged = unchanged + $4, failed = failed + $5,
         errors_total = errors_total + $6,
         state = CASE WHEN next_chunk + 1 < chunks_total THEN state ELSE 'succeeded' END,
         finished_at = CASE WHEN next_chunk + 1 < chunks_total THEN NULL ELSE now() END
       WHERE id = $1`,
      [
        ...[id, counts.created, counts.updated, counts.unchanged, counts.failed],
        ...[errors.length, graceSeconds],
      ],
    );
    await this.database
      .repository(ctx, CatalogImportChunkEntity)
      .delete({ importId: id, position: nextChunk });
  }

  // SQL: the database's clock.
  /** Makes an import due after a delay. Call this when an attempt ends before the import is finished. */
  async postpone(
    ctx: TransactionContext,
    id: string,
    { seconds, counts }: { seconds: number; counts: boolean },
  ): Promise<void> {
    await this.database.execute(
      ctx,
      `UPDATE catalog_imports SET requeue_at = now() + $2 * interval '1 second', attempts = greatest(attempts - $3, 0)
       WHERE id = $1 AND state = 'running'`,
      [id, seconds, counts ? 0 : 1],
    );
  }

  /** Fails an import that has no attempts left. @returns false if it has attempts left. */
  async failExhausted(
    ctx: TransactionContext,
    id: string,
    attempts: number,
    problem: ImportProblem,
  ): Promise<boolean> {
    const { affected } = await this.database
      .repository(ctx, CatalogImportEntity)
      .update(
        { id, state: 'running', attempts: MoreThanOrEqual(attempts) },
        { state: 'failed', problem, finishedAt: () => 'now()' },
      );
    return affected === 1;
  }

  // SQL: SKIP LOCKED, the database's clock.
  /**
   * Claims imports that are due within some seconds, and postpones their next requeue, so that concurrent sweeps claim
   * different imports.
   */
  claimDue(
    ctx: TransactionContext,
    { withinSeconds, graceSeconds, count }: { withinSeconds: number; graceSeconds: number; count: number },
  ): Promise<RowOf<typeof DUE>[]> {
    return this.database.rows(
      ctx,
      statement(
        DUE,
        `UPDATE catalog_imports SET requeue_at = now() + $1 * interval '1 second' WHERE id IN (
           SELECT id FROM catalog_imports
           WHERE finished_at IS NULL AND state <> 'uploading' AND requeue_at <= now() + $3 * interval '1 second'
           ORDER BY requeue_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING ${DUE}`,
      ),
      [graceSeconds, count, withinSeconds],
    );
  }
}
