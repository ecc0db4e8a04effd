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
export type PendingRegistration = NewRegistration & Pick<RegistrationEntity, 'attempts' | 'createdAt'>;

const STATUS_COLUMNS = `id, owner_id AS "ownerId", state, package_id AS "packageId", problem, created_at AS "createdAt",
  finished_at AS "finishedAt"`;

/** Registrations in PostgreSQL: what was promised. */
@Injectable()
export class RegistrationsRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: WorkContext, row: NewRegistration): Promise<RegistrationStatus> {
    const [inserted] = await this.database.query<RegistrationStatus>(
      ctx,
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, order_uid)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${STATUS_COLUMNS}`,
      [
        row.id,
        row.ownerId,
        row.name,
        row.weightKg,
        row.contentAmount,
        row.contentCurrency,
        row.typeId,
        row.orderUid,
      ],
    );
    return inserted as RegistrationStatus;
  }

  async findStatus(ctx: WorkContext, id: string): Promise<RegistrationStatus | undefined> {
    const [row] = await this.database.query<RegistrationStatus>(
      ctx,
      `SELECT ${STATUS_COLUMNS} FROM registrations WHERE id = $1`,
      [id],
    );
    return row;
  }

  /** Counts a new attempt before it is made, so that one that kills its process is counted too. */
  async beginAttempt(ctx: WorkContext, id: string): Promise<PendingRegistration | undefined> {
    const [row] = await this.database.query<PendingRegistration>(
      ctx,
      `UPDATE registrations SET attempts = attempts + 1 WHERE id = $1 AND state = 'pending'
       RETURNING id, owner_id AS "ownerId", name, weight_kg AS "weightKg", content_amount AS "contentAmount",
         content_currency AS "contentCurrency", type_id AS "typeId", order_uid AS "orderUid", attempts, created_at AS "createdAt"`,
      [id],
    );
    return row;
  }

  async succeed(ctx: WorkContext, id: string, packageId: number): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE registrations SET state = 'succeeded', package_id = $2, finished_at = now() WHERE id = $1 AND state = 'pending'`,
      [id, packageId],
    );
  }

  async fail(ctx: WorkContext, id: string, problem: RegistrationProblem): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE registrations SET state = 'failed', problem = $2, finished_at = now() WHERE id = $1 AND state = 'pending'`,
      [id, problem],
    );
  }

  /** The ids of what is pending, oldest first, from after `after` on. */
  async listPending(
    ctx: WorkContext,
    after: { createdAt: Date; id: string } | undefined,
    count: number,
  ): Promise<{ id: string; createdAt: Date }[]> {
    return this.database.query(
      ctx,
      `SELECT id, created_at AS "createdAt" FROM registrations
       WHERE state = 'pending' AND (created_at, id) > ($1::timestamptz, $2::uuid) ORDER BY created_at, id LIMIT $3`,
      [after?.createdAt ?? '-infinity', after?.id ?? '00000000-0000-0000-0000-000000000000', count],
    );
  }
}
