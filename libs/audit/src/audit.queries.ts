import { Injectable } from '@nestjs/common';
import type { WorkContext } from '@waybill/database';
import { decodeCursor, type Filters, type Page, toPage } from '@waybill/http';
import { type AuditEntryRow, type AuditFilters, AuditRepository } from './audit.repository';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads of the append-only log. */
@Injectable()
export class AuditQueries {
  constructor(private readonly entries: AuditRepository) {}

  /** A page of entries, newest first. @throws BadRequestError for a cursor of something else. */
  async list(
    ctx: WorkContext,
    filters: AuditFilters,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<AuditEntryRow>> {
    const bound: Filters = {
      ...filters,
      from: filters.from?.toISOString(),
      to: filters.to?.toISOString(),
    };
    const before = cursor === undefined ? undefined : decodeCursor<[string, string]>(cursor, bound, isKeyset);
    const rows = await this.entries.list(ctx, filters, before, limit + 1);
    return toPage(rows, limit, bound, ({ at, id }) => [at.toISOString(), id]);
  }
}

const isKeyset = ([at, id, ...more]: unknown[]): boolean =>
  more.length === 0 &&
  typeof at === 'string' &&
  !Number.isNaN(Date.parse(at)) &&
  typeof id === 'string' &&
  UUID.test(id);
