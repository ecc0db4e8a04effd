import { Injectable } from '@nestjs/common';
import { auditInsert, type AuditEntryValues } from '@waybill/audit';
import { Gathered, TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, isRefusal, type RowOf, statement, value } from '@waybill/database';
import { In } from 'typeorm';
import { usableType } from '../catalog';
import type { Price, UnpricedReason } from './pricing';
import { RegistrationEntity, type RegistrationProblem } from './registration.entity';

const NEW = columnsOf(
  RegistrationEntity,
  ...([
    'id',
    'ownerId',
    'name',
    'weightKg',
    'contentAmount',
    'contentCurrency',
    'typeId',
    'orderUid',
  ] as const),
);
/** What a package takes over from its registration; both tables name these columns alike. */
export const ACCEPTED = columnsOf(
  RegistrationEntity,
  ...([
    'ownerId',
    'name',
    'weightKg',
    'contentAmount',
    'contentCurrency',
    'typeId',
    'orderUid',
    'createdAt',
  ] as const),
);
const PENDING = NEW.and(columnsOf(RegistrationEntity, 'attempts', 'createdAt'));
const STATUS = columnsOf(
  RegistrationEntity,
  ...(['id', 'ownerId', 'state', 'packageId', 'problem', 'createdAt', 'finishedAt'] as const),
);
const AGED_STATUS = STATUS.and(
  computed({ finishedSeconds: value.nullable(value.float('extract(epoch FROM now() - finished_at)')) }),
);
const CLAIMED = columnsOf(RegistrationEntity, 'id', 'attempts')
  .from('r')
  .and(computed({ overdue: value.boolean('due.overdue') }));
const GRACE = computed({ end: value.text(`now() + $1 * interval '1 second'`) });
const COUNT = computed({ count: value.int('count(*)') });

const accepting = `INSERT INTO registrations (${NEW.names}, requeue_at)
  SELECT ${NEW.recorded('entry')}, now() + entry."graceSeconds" * interval '1 second'
  FROM jsonb_to_recordset($1::jsonb) AS entry (${NEW.record}, "graceSeconds" float8)
  ${usableType.join('entry."typeId"')} RETURNING ${STATUS}`;
const ACCEPT = statement(STATUS, accepting);
const ACCEPT_AND_RECORD = statement(
  STATUS,
  `WITH made AS (${accepting}), recorded AS (${auditInsert('$2', 'SELECT made.id::text FROM made')}) SELECT * FROM made`,
);
const BEGIN_ATTEMPTS = statement(
  PENDING,
  `UPDATE registrations SET attempts = attempts + 1,
     requeue_at = CASE WHEN attempts + 1 >= $3 THEN now() + $2 * interval '2 seconds'
                       WHEN requeue_at > now() + $2 * interval '0.5 second' THEN requeue_at
                       ELSE now() + $2 * interval '1 second' END
   WHERE id = ANY ($1) AND state = 'pending' AND attempts < $3 RETURNING ${PENDING}`,
);
const COMPLETE = `WITH made AS (
    INSERT INTO packages (registration_id, ${ACCEPTED.names}, delivery_cost, pricing, unpriced_reason)
    SELECT r.id, ${ACCEPTED.names}, priced.cost, priced.pricing, priced.reason
    FROM jsonb_to_recordset($1::jsonb) AS priced (id uuid, cost numeric, pricing jsonb, reason text)
      JOIN registrations r ON r.id = priced.id AND r.state = 'pending'
    ORDER BY r.id ON CONFLICT (registration_id) DO NOTHING RETURNING id, registration_id)
  UPDATE registrations r SET state = 'succeeded', package_id = made.id, finished_at = now()
  FROM made WHERE r.id = made.registration_id AND r.state = 'pending'`;

export type NewRegistration = RowOf<typeof NEW> & {
  /** For how long the job that the caller adds is trusted to be there. */
  graceSeconds: number;
};
/** A registration to accept, and what to record of it. */
interface Acceptance {
  row: NewRegistration;
  entry: AuditEntryValues | undefined;
}
/** A registration with its price, or the reason why it has none yet. */
export interface PricedRegistration {
  id: string;
  price: Price | UnpricedReason;
}
export type RegistrationStatus = RowOf<typeof STATUS>;
/** `finishedSeconds`: how long ago it was finished, by PostgreSQL's clock; null while it is pending. */
export type AgedRegistrationStatus = RowOf<typeof AGED_STATUS>;
/** A registration to enqueue. */
export type DueRegistration = Pick<RegistrationEntity, 'id' | 'attempts'>;
/** `overdue`: its grace was over, so no attempt has begun within it. */
export type ClaimedRegistration = RowOf<typeof CLAIMED>;
export type PendingRegistration = RowOf<typeof PENDING>;

/** Registrations in PostgreSQL: what was promised. */
@Injectable()
export class RegistrationsRepository {
  // Callers at the same time share one statement and one commit.
  private readonly acceptances = new Gathered<Acceptance, RegistrationStatus | undefined>(
    (batch) => this.acceptAll(new TransactionContext(), batch),
    { most: 100, lanes: 2, doneAloneAfter: isRefusal },
  );

  constructor(private readonly database: Database) {}

  /**
   * Accepts a registration and records that, in one statement: in the open transaction, or else together with others that come at
   * the same time. It is committed once this resolves outside a transaction.
   * @returns undefined where its package type can't be used; nothing is recorded then.
   */
  async accept(
    ctx: TransactionContext,
    row: NewRegistration,
    entry: AuditEntryValues | undefined,
  ): Promise<RegistrationStatus | undefined> {
    if (!ctx.transaction) return this.acceptances.do({ row, entry });
    return (await this.acceptAll(ctx, [{ row, entry }]))[0];
  }

  // SQL: the hottest write, of a set, by the database's clock.
  private async acceptAll(
    ctx: TransactionContext,
    batch: readonly Acceptance[],
  ): Promise<(RegistrationStatus | undefined)[]> {
    const entries = batch.flatMap(({ entry }) => entry ?? []);
    const rows = JSON.stringify(batch.map(({ row }) => row));
    const made =
      entries.length === 0
        ? await this.database.rows(ctx, ACCEPT, [rows])
        : await this.database.rows(ctx, ACCEPT_AND_RECORD, [rows, JSON.stringify(entries)]);
    const byId = new Map(made.map((one) => [one.id, one]));
    return batch.map(({ row }) => byId.get(row.id));
  }

  // SQL: callers poll it, and the age is by the database's clock.
  findStatus(ctx: TransactionContext, id: string): Promise<AgedRegistrationStatus | undefined> {
    return this.database.row(
      ctx,
      statement(AGED_STATUS, `SELECT ${AGED_STATUS} FROM registrations WHERE id = $1`),
      [id],
    );
  }

  // SQL: one set-based update, by the database's clock.
  /**
   * Counts new attempts before they are made, so that one that kills its process is counted too. A registration is not requeued
   * while its attempt is young; a first one that begins soon moves no index for that. The last one has twice the
   * grace: rates that hang may take all of one.
   * @returns those that are pending and had an attempt left.
   */
  beginAttempts(
    ctx: TransactionContext,
    ids: readonly string[],
    { attempts, graceSeconds }: { attempts: number; graceSeconds: number },
  ): Promise<PendingRegistration[]> {
    return this.database.rows(ctx, BEGIN_ATTEMPTS, [ids, graceSeconds, attempts]);
  }

  // SQL: a set-based insert and update, ON CONFLICT.
  /** Makes the packages of registrations that are pending, and finishes them, in one statement. One that has a package keeps it. */
  async complete(ctx: TransactionContext, priced: readonly PricedRegistration[]): Promise<void> {
    const rows = priced.map(({ id, price }) =>
      typeof price === 'object' ? { id, ...price } : { id, reason: price },
    );
    await this.database.execute(ctx, COMPLETE, [JSON.stringify(rows)]);
  }

  /** Does not count an attempt that was ended for no fault of the registration's, and makes it due for the next sweep. */
  async undoAttempt(ctx: TransactionContext, id: string): Promise<void> {
    await this.database
      .repository(ctx, RegistrationEntity)
      .update(
        { id, state: 'pending' },
        { attempts: () => 'greatest(attempts - 1, 0)', requeueAt: () => 'now()' },
      );
  }

  async fail(ctx: TransactionContext, ids: string[], problem: RegistrationProblem): Promise<void> {
    await this.database
      .repository(ctx, RegistrationEntity)
      .update({ id: In(ids), state: 'pending' }, { state: 'failed', problem, finishedAt: () => 'now()' });
  }

  /** The instant up to which everything that is pending now is due if it is to be requeued at once. */
  async endOfGrace(ctx: TransactionContext, graceSeconds: number): Promise<string> {
    return (await this.database.one(ctx, statement(GRACE, `SELECT ${GRACE}`), [graceSeconds])).end;
  }

  // SQL: SKIP LOCKED. Of a LIMIT that it does not know, a generic plan expects so many rows that it would read the whole table;
  // the array makes it use the key.
  /**
   * Takes what is due, longest overdue first, and leaves it alone for a while: whoever else sweeps gets other rows.
   * @param before what counts as due; `now` is PostgreSQL's.
   */
  claimDue(
    ctx: TransactionContext,
    { before, graceSeconds, count }: { before: string; graceSeconds: number; count: number },
  ): Promise<ClaimedRegistration[]> {
    return this.database.rows(
      ctx,
      statement(
        CLAIMED,
        `WITH due AS MATERIALIZED (
           SELECT id, requeue_at < now() AS overdue FROM registrations
           WHERE state = 'pending' AND requeue_at < $1::timestamptz ORDER BY requeue_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE registrations r SET requeue_at = now() + $2 * interval '1 second' FROM due
         WHERE r.id = due.id AND r.id = ANY (ARRAY(SELECT id FROM due))
         RETURNING ${CLAIMED}`,
      ),
      [before, graceSeconds, count],
    );
  }

  // SQL: a count with a bound.
  /** How many are pending, counted up to a bound. */
  async countPending(ctx: TransactionContext, bound: number): Promise<number> {
    const { count } = await this.database.one(
      ctx,
      statement(
        COUNT,
        `SELECT ${COUNT} FROM (SELECT FROM registrations WHERE state = 'pending' LIMIT $1) AS bounded`,
      ),
      [bound],
    );
    return count;
  }

  // SQL: a set-based delete with a bound.
  /**
   * Forgets the oldest that were finished so long ago. Ids are in the order of time, so those below `beforeId` are looked at
   * and no index on the time is needed.
   * @returns how many they were.
   */
  deleteFinished(
    ctx: TransactionContext,
    { beforeId, days, count }: { beforeId: string; days: number; count: number },
  ): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM registrations WHERE id IN (
         SELECT id FROM registrations WHERE id < $1 AND finished_at < now() - $2 * interval '1 day' ORDER BY id LIMIT $3)`,
      [beforeId, days, count],
    );
  }
}
