import { Injectable } from '@nestjs/common';
import { type Bound, Cursors, type Page, timeKey, type TransactionContext, uuidKey } from '@waybill/core';
import { z } from 'zod';
import { type AuditEntryRow, type AuditFilters, AuditRepository } from './audit.repository';

const cursors = new Cursors('audit-log', z.tuple([timeKey, uuidKey]));

/** Reads the append-only log. */
@Injectable()
export class AuditQueries {
  constructor(private readonly entries: AuditRepository) {}

  /** Returns a page of entries, newest first. @throws BadRequestError for a cursor of another list. */
  async list(
    ctx: TransactionContext,
    filters: AuditFilters,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<AuditEntryRow>> {
    const { actorIds: _, ...given } = filters;
    const bound: Bound = {
      ...given,
      from: filters.from?.toISOString(),
      to: filters.to?.toISOString(),
    };
    const before = cursors.read(cursor, bound);
    const rows = await this.entries.list(ctx, filters, before, limit + 1);
    return cursors.page(rows, limit, bound, ({ at, id }) => [at.toISOString(), id]);
  }
}
