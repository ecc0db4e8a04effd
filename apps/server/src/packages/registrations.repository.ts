import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { In } from 'typeorm';
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
/** Columns that a package copies from its registration; they have the same names in both tables. */
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
const OLDEST = computed({ seconds: value.float('coalesce(extract(epoch FROM now() - min(created_at)), 0)') });

export type NewRegistration = RowOf<typeof NEW>;
export type RegistrationStatus = RowOf<typeof STATUS>;
/** `finishedSeconds`: seconds since it finished, by PostgreSQL's clock; null while it is pending. */
export type AgedRegistrationStatus = RowOf<typeof AGED_STATUS>;
/** A registration to enqueue. */
export type DueRegistration = Pick<RegistrationEntity, 'id' | 'attempts'>;
/** `overdue`: its requeue delay has passed, and no attempt has started within it. */
export type ClaimedRegistration = RowOf<typeof CLAIMED>;
export type PendingRegistration = RowOf<typeof PENDING>;

/** Registrations in PostgreSQL. */
@Injectable()
export class RegistrationsRepository {
  constructor(private readonly database: Database) {}

  // SQL: the hottest write, by the database's clock.
  /** @param graceSeconds delay until the sweeper enqueues the registration again. */
  insert(ctx: TransactionContext, row: NewRegistration, graceSeconds: number): Promise<RegistrationStatus> {
    return this.database.one(
      ctx,
      statement(
        STATUS,
        `INSERT INTO registrations (${NEW.names}, requeue_at)
         VALUES (${NEW.placeholders}, now() + $9 * interval '1 second') RETURNING ${STATUS}`,
      ),
      [...NEW.valuesOf(row), graceSeconds],
    );
  }

  // SQL: callers poll it, and the age is by the database's clock.
  findStatus(ctx: TransactionContext, id: string): Promise<AgedRegistrationStatus | undefined> {
    return this.database.row(
      ctx,
      statement(AGED_STATUS, `SELECT ${AGED_STATUS} FROM registrations WHERE id = $1`),
      [id],
    );
  }

  // SQL: workers run it for every registration, by the database's clock.
  /**
   * Counts a new attempt before it starts, so that an attempt that kills its process counts too. Postpones the requeue
   * while the attempt is young; a first attempt that starts soon needs no index update for that. The last attempt gets
   * twice the delay, because a hanging fetch of rates may take all of one.
   * @returns undefined if the registration is not pending or has no attempts left.
   */
  beginAttempt(
    ctx: TransactionContext,
    id: string,
    { attempts, graceSeconds }: { attempts: number; graceSeconds: number },
  ): Promise<PendingRegistration | undefined> {
    return this.database.row(
      ctx,
      statement(
        PENDING,
        `UPDATE registrations SET attempts = attempts + 1,
           requeue_at = CASE WHEN attempts + 1 >= $3 THEN now() + $2 * interval '2 seconds'
                               WHEN requeue_at > now() + $2 * interval '0.5 second' THEN requeue_at
                               ELSE now() + $2 * interval '1 second' END
         WHERE id = $1 AND state = 'pending' AND attempts < $3 RETURNING ${PENDING}`,
      ),
      [id, graceSeconds, attempts],
    );
  }

  /** Takes back an attempt that ended through no fault of the registration, and makes it due for the next sweep. */
  async undoAttempt(ctx: TransactionContext, id: string): Promise<void> {
    await this.database
      .repository(ctx, RegistrationEntity)
      .update(
        { id, state: 'pending' },
        { attempts: () => 'greatest(attempts - 1, 0)', requeueAt: () => 'now()' },
      );
  }

  // SQL: workers run it for every registration.
  async succeed(ctx: TransactionContext, id: string, packageId: number): Promise<void> {
    await this.database.execute(
      ctx,
      `UPDATE registrations SET state = 'succeeded', package_id = $2, finished_at = now() WHERE id = $1 AND state = 'pending'`,
      [id, packageId],
    );
  }

  async fail(ctx: TransactionContext, ids: string[], problem: RegistrationProblem): Promise<void> {
    await this.database
      .repository(ctx, RegistrationEntity)
      .update({ id: In(ids), state: 'pending' }, { state: 'failed', problem, finishedAt: () => 'now()' });
  }

  /** Returns the instant at which everything that is pending now becomes due. */
  async endOfGrace(ctx: TransactionContext, graceSeconds: number): Promise<string> {
    return (await this.database.one(ctx, statement(GRACE, `SELECT ${GRACE}`), [graceSeconds])).end;
  }

  // SQL: SKIP LOCKED.
  /**
   * Claims due registrations, longest overdue first, and postpones their next requeue, so that concurrent sweeps claim
   * other rows.
   * @param before registrations due before this time are claimed; `now` is PostgreSQL's.
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
         UPDATE registrations r SET requeue_at = now() + $2 * interval '1 second' FROM due WHERE r.id = due.id
         RETURNING ${CLAIMED}`,
      ),
      [before, graceSeconds, count],
    );
  }

  // SQL: a count with a bound.
  /** Counts pending registrations, up to a bound. */
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

  // SQL: the database's clock, with a bound.
  /** The age of the oldest of at most `bound` pending registrations, in seconds; 0 if none is pending. */
  async oldestPendingSeconds(ctx: TransactionContext, bound: number): Promise<number> {
    const oldest = statement(
      OLDEST,
      `SELECT ${OLDEST} FROM (SELECT created_at FROM registrations WHERE state = 'pending' LIMIT $1) AS bounded`,
    );
    return (await this.database.one(ctx, oldest, [bound])).seconds;
  }

  // SQL: a set-based delete with a bound.
  /**
   * Deletes the oldest registrations that finished before the given age. IDs are ordered by time, so only those below
   * `beforeId` are scanned, and no index on the time is needed.
   * @returns how many.
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
