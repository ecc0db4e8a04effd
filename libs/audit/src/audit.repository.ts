import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import type { FindOptionsWhere } from 'typeorm';
import { AuditEntryEntity } from './audit-entry.entity';

export type AuditEntryRow = AuditEntryEntity;

/** What entries are listed by; those left undefined don't count. */
export interface AuditFilters {
  /** The id of a user, a session or an API key. */
  actor?: string;
  action?: string;
  targetKind?: string;
  targetId?: string;
  /** From this time on. */
  from?: Date;
  /** Up to, and without, this time. */
  to?: Date;
}

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: TransactionContext, entry: Omit<AuditEntryEntity, 'at'>): Promise<void> {
    await this.database.repository(ctx, AuditEntryEntity).insert(entry);
  }

  /** Newest first. @param before the time and the id of the entry to go on after */
  async list(
    ctx: TransactionContext,
    { actor, action, targetKind, targetId, from, to }: AuditFilters,
    before: readonly [at: string, id: string] | undefined,
    limit: number,
  ): Promise<AuditEntryRow[]> {
    const equal: FindOptionsWhere<AuditEntryEntity> = {
      ...(action !== undefined && { action }),
      ...(targetKind !== undefined && { targetKind }),
      ...(targetId !== undefined && { targetId }),
    };
    const entries = this.database
      .repository(ctx, AuditEntryEntity)
      .createQueryBuilder('entry')
      .where(equal)
      .orderBy({ 'entry.at': 'DESC', 'entry.id': 'DESC' })
      .take(limit);
    if (actor !== undefined)
      entries.andWhere('(entry.actorId = :actor OR entry.actorUserId = :actor)', { actor });
    if (from) entries.andWhere('entry.at >= :from', { from });
    if (to) entries.andWhere('entry.at < :to', { to });
    if (before) entries.andWhere('(entry.at, entry.id) < (:at, :id)', { at: before[0], id: before[1] });
    return entries.getMany();
  }
}
