import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf } from '@waybill/database';
import type { FindOptionsWhere } from 'typeorm';
import { AuditEntryEntity } from './audit-entry.entity';

export type AuditEntryRow = AuditEntryEntity;

const VALUES = columnsOf(
  AuditEntryEntity,
  ...([
    'id',
    'actorKind',
    'actorId',
    'actorUserId',
    'actorOwnerId',
    'action',
    'targetKind',
    'targetId',
  ] as const),
  ...(['changes', 'address', 'userAgent', 'requestId'] as const),
);

/** An entry before it is written. */
export type AuditEntryValues = RowOf<typeof VALUES>;

/**
 * Returns an INSERT of audit entries for use inside another module's statement. This saves the transaction around two
 * statements.
 * @param parameter the statement's parameter with the entries: a JSON array of `AuditService.rowOf`.
 * @param targets a subquery that returns the IDs of the changed rows as text. Entries for other targets are not
 *   inserted.
 */
export const auditInsert = (parameter: string, targets: string): string =>
  `INSERT INTO audit_log (${VALUES.names})
   SELECT ${VALUES.recordsetColumns('entry')} FROM jsonb_to_recordset(${parameter}::jsonb) AS entry (${VALUES.recordsetDefinition})
   WHERE entry."targetId" IN (${targets})`;

/** Filters for a list of entries. An undefined filter is ignored. */
export interface AuditFilters {
  /** ID of a user, a session or an API key. */
  actor?: string;
  /** The filters that `actorIds` was resolved from. A cursor is bound to these, because the keys with a name can change. */
  actorEmail?: string;
  actorKeyName?: string;
  /** IDs of users, sessions or API keys. */
  actorIds?: readonly string[];
  action?: string;
  targetKind?: string;
  targetId?: string;
  /** Inclusive start. */
  from?: Date;
  /** Exclusive end. */
  to?: Date;
}

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: TransactionContext, entry: AuditEntryValues): Promise<void> {
    await this.database.repository(ctx, AuditEntryEntity).insert(entry);
  }

  /** Lists entries, newest first. @param before time and ID of the last entry of the previous page */
  async list(
    ctx: TransactionContext,
    { actor, actorIds, action, targetKind, targetId, from, to }: AuditFilters,
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
    if (actorIds)
      entries.andWhere('(entry.actorId = ANY(:actorIds) OR entry.actorUserId = ANY(:actorIds))', {
        actorIds,
      });
    if (from) entries.andWhere('entry.at >= :from', { from });
    if (to) entries.andWhere('entry.at < :to', { to });
    if (before) entries.andWhere('(entry.at, entry.id) < (:at, :id)', { at: before[0], id: before[1] });
    return entries.getMany();
  }
}
