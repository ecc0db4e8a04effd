import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import type { AuditEntryEntity } from './audit-entry.entity';

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

const COLUMNS = `at, id, actor_kind AS "actorKind", actor_id AS "actorId", actor_user_id AS "actorUserId",
  actor_owner_id AS "actorOwnerId", action, target_kind AS "targetKind", target_id AS "targetId", changes,
  address, user_agent AS "userAgent", request_id AS "requestId"`;

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: WorkContext, entry: Omit<AuditEntryEntity, 'at'>): Promise<void> {
    await this.database.query(
      ctx,
      `INSERT INTO audit_log (id, actor_kind, actor_id, actor_user_id, actor_owner_id, action, target_kind, target_id,
         changes, address, user_agent, request_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        ...[entry.id, entry.actorKind, entry.actorId, entry.actorUserId, entry.actorOwnerId],
        ...[entry.action, entry.targetKind, entry.targetId, JSON.stringify(entry.changes)],
        ...[entry.address, entry.userAgent, entry.requestId],
      ],
    );
  }

  /** Newest first. @param before the time and the id of the entry to go on after */
  async list(
    ctx: WorkContext,
    { actor, action, targetKind, targetId, from, to }: AuditFilters,
    before: readonly [at: string, id: string] | undefined,
    limit: number,
  ): Promise<AuditEntryRow[]> {
    const parameters: unknown[] = [];
    const where = (sql: (parameter: string) => string, value: unknown): string[] =>
      value === undefined ? [] : [sql(`$${parameters.push(value)}`)];
    const conditions = [
      ...where((p) => `(actor_id = ${p}::uuid OR actor_user_id = ${p}::uuid)`, actor),
      ...where((p) => `action = ${p}`, action),
      ...where((p) => `target_kind = ${p}`, targetKind),
      ...where((p) => `target_id = ${p}`, targetId),
      ...where((p) => `at >= ${p}`, from),
      ...where((p) => `at < ${p}`, to),
      ...(before
        ? [`(at, id) < ($${parameters.push(before[0])}::timestamptz, $${parameters.push(before[1])}::uuid)`]
        : []),
    ];
    return this.database.query<AuditEntryRow>(
      ctx,
      `SELECT ${COLUMNS} FROM audit_log ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
       ORDER BY at DESC, id DESC LIMIT $${parameters.push(limit)}`,
      parameters,
    );
  }
}
