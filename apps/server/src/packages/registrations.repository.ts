import { Injectable } from '@nestjs/common';
import type { AuditEntryValues } from '@waybill/audit';
import { Gathered, TransactionContext } from '@waybill/core';
import { Database, isRefusal, type RowOf, statement } from '@waybill/database';
import { In } from 'typeorm';
import type { Price, UnpricedReason } from './pricing';
import { RegistrationEntity, type RegistrationProblem } from './registration.entity';
import {
  ACCEPT,
  ACCEPT_AND_RECORD,
  AGED_STATUS,
  BEGIN_ATTEMPTS,
  CLAIMED,
  COMPLETE,
  COUNT,
  GRACE,
  type NEW,
  OLDEST,
  type PENDING,
  type STATUS,
} from './registrations.statements';

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

  /** Takes back an attempt that ended through no fault of the registration, and makes it due for the next sweep. */
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

  /** Returns the instant at which everything that is pending now becomes due. */
  async endOfGrace(ctx: TransactionContext, graceSeconds: number): Promise<string> {
    return (await this.database.one(ctx, statement(GRACE, `SELECT ${GRACE}`), [graceSeconds])).end;
  }

  // SQL: SKIP LOCKED. Of a LIMIT that it does not know, a generic plan expects so many rows that it would read the whole table;
  // the array makes it use the key.
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
         UPDATE registrations r SET requeue_at = now() + $2 * interval '1 second' FROM due
         WHERE r.id = due.id AND r.id = ANY (ARRAY(SELECT id FROM due))
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
