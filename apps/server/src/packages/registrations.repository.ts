import { Injectable } from '@nestjs/common';
import type { AuditEntryValues } from '@waybill/audit';
import { Batcher, TransactionContext } from '@waybill/core';
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
  /** Seconds after which the sweeper requeues the registration. */
  graceSeconds: number;
};
/** A registration to accept, and its audit entry. */
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
/** `overdue`: the requeue delay has passed, and no attempt has started during it. */
export type ClaimedRegistration = RowOf<typeof CLAIMED>;
export type PendingRegistration = RowOf<typeof PENDING>;

/** Registrations in PostgreSQL. */
@Injectable()
export class RegistrationsRepository {
  // Concurrent calls share one statement and one commit.
  private readonly acceptanceBatcher = new Batcher<Acceptance, RegistrationStatus | undefined>(
    (batch) => this.acceptAll(new TransactionContext(), batch),
    { maxSize: 100, concurrency: 2, retryIndividually: isRefusal },
  );

  constructor(private readonly database: Database) {}

  /**
   * Accepts a registration and records it in the audit log, in one statement. Uses the open transaction if there is
   * one. Otherwise, batches concurrent calls and commits before it resolves.
   * @returns undefined if the package type can't be used; nothing is recorded then.
   */
  async accept(
    ctx: TransactionContext,
    row: NewRegistration,
    entry: AuditEntryValues | undefined,
  ): Promise<RegistrationStatus | undefined> {
    if (!ctx.transaction) return this.acceptanceBatcher.add({ row, entry });
    return (await this.acceptAll(ctx, [{ row, entry }]))[0];
  }

  // SQL: the most frequent write; set-based, with the database's clock.
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

  // SQL: a frequent read; computes the age with the database's clock.
  findStatus(ctx: TransactionContext, id: string): Promise<AgedRegistrationStatus | undefined> {
    return this.database.row(
      ctx,
      statement(AGED_STATUS, `SELECT ${AGED_STATUS} FROM registrations WHERE id = $1`),
      [id],
    );
  }

  // SQL: one set-based update, with the database's clock.
  /**
   * Counts attempts before they start, so that an attempt that crashes its process counts too. The sweeper does not
   * requeue a registration during the grace period of an attempt. A first attempt that starts early keeps `requeue_at`,
   * which saves an index update. The last attempt has twice the grace period, because slowly fetched rates may take a
   * whole one.
   * @returns the pending registrations that had an attempt left.
   */
  beginAttempts(
    ctx: TransactionContext,
    ids: readonly string[],
    { attempts, graceSeconds }: { attempts: number; graceSeconds: number },
  ): Promise<PendingRegistration[]> {
    return this.database.rows(ctx, BEGIN_ATTEMPTS, [ids, graceSeconds, attempts]);
  }

  // SQL: a set-based insert and update, ON CONFLICT.
  /**
   * Creates the packages of pending registrations and finishes the registrations, in one statement. Keeps a package
   * that already exists.
   */
  async complete(ctx: TransactionContext, priced: readonly PricedRegistration[]): Promise<void> {
    const rows = priced.map(({ id, price }) =>
      typeof price === 'object' ? { id, ...price } : { id, reason: price },
    );
    await this.database.execute(ctx, COMPLETE, [JSON.stringify(rows)]);
  }

  /**
   * Undoes the count of an attempt that stopped with its process, and makes the registration due for the next sweep.
   */
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

  /** Returns the time at which the grace periods that start now end. */
  async endOfGrace(ctx: TransactionContext, graceSeconds: number): Promise<string> {
    return (await this.database.one(ctx, statement(GRACE, `SELECT ${GRACE}`), [graceSeconds])).end;
  }

  // SQL: SKIP LOCKED. For an unknown LIMIT, a generic plan expects so many rows that it would read the whole table. The
  // array makes PostgreSQL use the primary key.
  /**
   * Claims due registrations, longest overdue first, and postpones their next requeue, so that concurrent sweeps claim
   * different rows.
   * @param before claims registrations that are due before this time; `now` is the time of PostgreSQL.
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

  // SQL: a bounded count.
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

  // SQL: a bounded read, with the database's clock.
  /** Returns the age in seconds of the oldest of at most `bound` pending registrations; 0 if none is pending. */
  async oldestPendingSeconds(ctx: TransactionContext, bound: number): Promise<number> {
    const oldest = statement(
      OLDEST,
      `SELECT ${OLDEST} FROM (SELECT created_at FROM registrations WHERE state = 'pending' LIMIT $1) AS bounded`,
    );
    return (await this.database.one(ctx, oldest, [bound])).seconds;
  }

  // SQL: a bounded set-based delete.
  /**
   * Deletes the oldest registrations that finished before the given age. IDs are ordered by time, so only rows with an
   * ID below `beforeId` are scanned, and no index on the time is needed.
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
