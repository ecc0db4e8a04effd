import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import type { RegistrationEntity, RegistrationProblem } from './registration.entity';

export type NewRegistration = Pick<
  RegistrationEntity,
  'id' | 'ownerId' | 'name' | 'weightKg' | 'contentAmount' | 'contentCurrency' | 'typeId' | 'orderUid'
>;
export type RegistrationStatus = Pick<
  RegistrationEntity,
  'id' | 'ownerId' | 'state' | 'packageId' | 'problem' | 'createdAt' | 'finishedAt'
>;
/** `finishedSeconds`: how long ago it was finished, by PostgreSQL's clock; null while it is pending. */
export type AgedRegistrationStatus = RegistrationStatus & { finishedSeconds: number | null };
/** A registration to ring for. */
export type DueRegistration = Pick<RegistrationEntity, 'id' | 'attempts'>;
/** `overdue`: its grace was over, so no attempt has begun within it. */
export type ClaimedRegistration = DueRegistration & { overdue: boolean };
export type PendingRegistration = NewRegistration & Pick<RegistrationEntity, 'attempts' | 'createdAt'>;

const STATUS_COLUMNS = `id, owner_id AS "ownerId", state, package_id AS "packageId", problem, created_at AS "createdAt",
  finished_at AS "finishedAt"`;

/** Registrations in PostgreSQL: what was promised. */
@Injectable()
export class RegistrationsRepository {
  constructor(private readonly database: Database) {}

  /** @param graceSeconds for how long the job that the caller adds is trusted to be there. */
  async insert(ctx: WorkContext, row: NewRegistration, graceSeconds: number): Promise<RegistrationStatus> {
    const [inserted] = await this.database.query<RegistrationStatus>(
      ctx,
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, order_uid, next_ring_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 second') RETURNING ${STATUS_COLUMNS}`,
      [
        row.id,
        row.ownerId,
        row.name,
        row.weightKg,
        row.contentAmount,
        row.contentCurrency,
        row.typeId,
        row.orderUid,
        graceSeconds,
      ],
    );
    return inserted as RegistrationStatus;
  }

  async findStatus(ctx: WorkContext, id: string): Promise<AgedRegistrationStatus | undefined> {
    const [row] = await this.database.query<AgedRegistrationStatus>(
      ctx,
      `SELECT ${STATUS_COLUMNS}, extract(epoch FROM now() - finished_at)::float8 AS "finishedSeconds"
       FROM registrations WHERE id = $1`,
      [id],
    );
    return row;
  }

  /**
   * Counts a new attempt before it is made, so that one that kills its process is counted too. Nobody rings for it while the
   * attempt is young; a first one that begins soon moves no index for that. The last one has twice the
   * grace: rates that hang may take all of one.
   * @returns undefined when it is not pending, or as many attempts as it may have were begun.
   */
  async beginAttempt(
    ctx: WorkContext,
    id: string,
    { attempts, graceSeconds }: { attempts: number; graceSeconds: number },
  ): Promise<PendingRegistration | undefined> {
    const [row] = await this.database.query<PendingRegistration>(
      ctx,
      `UPDATE registrations SET attempts = attempts + 1,
         next_ring_at = CASE WHEN attempts + 1 >= $3 THEN now() + $2 * interval '2 seconds'
                             WHEN next_ring_at > now() + $2 * interval '0.5 second' THEN next_ring_at
                             ELSE now() + $2 * interval '1 second' END
       WHERE id = $1 AND state = 'pending' AND attempts < $3
       RETURNING id, owner_id AS "ownerId", name, weight_kg AS "weightKg", content_amount AS "contentAmount",
         content_currency AS "contentCurrency", type_id AS "typeId", order_uid AS "orderUid", attempts, created_at AS "createdAt"`,
      [id, graceSeconds, attempts],
    );
    return row;
  }

  /** Does not count an attempt that was ended for no fault of the registration's, and lets whoever sweeps ring for it. */
  async takeBackAttempt(ctx: WorkContext, id: string): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE registrations SET attempts = greatest(attempts - 1, 0), next_ring_at = now()
       WHERE id = $1 AND state = 'pending'`,
      [id],
    );
  }

  async succeed(ctx: WorkContext, id: string, packageId: number): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE registrations SET state = 'succeeded', package_id = $2, finished_at = now() WHERE id = $1 AND state = 'pending'`,
      [id, packageId],
    );
  }

  async fail(ctx: WorkContext, ids: string[], problem: RegistrationProblem): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE registrations SET state = 'failed', problem = $2, finished_at = now()
       WHERE id = ANY($1::uuid[]) AND state = 'pending'`,
      [ids, problem],
    );
  }

  /** The instant up to which everything that is pending now is due if it is to be rung for at once. */
  async endOfGrace(ctx: WorkContext, graceSeconds: number): Promise<string> {
    const [row] = await this.database.query<{ end: string }>(
      ctx,
      `SELECT (now() + $1 * interval '1 second')::text AS end`,
      [graceSeconds],
    );
    return (row as { end: string }).end;
  }

  /**
   * Takes what is due, longest overdue first, and leaves it alone for a while: whoever else sweeps gets other rows.
   * @param before what counts as due; `now` is PostgreSQL's.
   */
  claimDue(
    ctx: WorkContext,
    { before, graceSeconds, count }: { before: string; graceSeconds: number; count: number },
  ): Promise<ClaimedRegistration[]> {
    return this.database.query(
      ctx,
      `WITH due AS MATERIALIZED (
         SELECT id, next_ring_at < now() AS overdue FROM registrations
         WHERE state = 'pending' AND next_ring_at < $1::timestamptz ORDER BY next_ring_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       UPDATE registrations r SET next_ring_at = now() + $2 * interval '1 second' FROM due WHERE r.id = due.id
       RETURNING r.id, r.attempts, due.overdue`,
      [before, graceSeconds, count],
    );
  }

  /** How many are pending, counted up to a bound. */
  async countPending(ctx: WorkContext, bound: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      ctx,
      `SELECT count(*)::int AS count FROM (SELECT FROM registrations WHERE state = 'pending' LIMIT $1) AS bounded`,
      [bound],
    );
    return row?.count ?? 0;
  }

  /**
   * Forgets the oldest that were finished so long ago. Ids are in the order of time, so those below `beforeId` are looked at
   * and no index on the time is needed.
   * @returns how many they were.
   */
  async deleteFinished(
    ctx: WorkContext,
    { beforeId, days, count }: { beforeId: string; days: number; count: number },
  ): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `DELETE FROM registrations WHERE id IN (
         SELECT id FROM registrations WHERE id < $1 AND finished_at < now() - $2 * interval '1 day' ORDER BY id LIMIT $3)
       RETURNING 1`,
      [beforeId, days, count],
    );
    return rows.length;
  }
}
