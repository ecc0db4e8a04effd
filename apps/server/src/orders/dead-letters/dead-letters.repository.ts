import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { In, LessThan } from 'typeorm';
import type { RejectionReason } from '../ingest/rejection';
import { DeadLetterEntity, type DeadLetterState } from './dead-letter.entity';

const ROW = columnsOf(
  DeadLetterEntity,
  ...(['id', 'state', 'reason', 'detail', 'pointer', 'orderUid', 'size', 'received'] as const),
  ...(['failedRedrives', 'discardReason', 'createdAt', 'lastReceivedAt', 'updatedAt'] as const),
).and(computed({ corrected: value.boolean('correction IS NOT NULL') }));
const FULL = ROW.and(columnsOf(DeadLetterEntity, 'message', 'correction'));

const COUNT = computed({ count: value.int('count(*)') });

export type DeadLetterRow = RowOf<typeof ROW>;
export type FullDeadLetterRow = RowOf<typeof FULL>;

export interface DeadLetterFilters {
  state?: DeadLetterState | undefined;
  reason?: RejectionReason | undefined;
}

/** Dead letters of the order stream. */
@Injectable()
export class DeadLettersRepository {
  constructor(private readonly database: Database) {}

  // SQL: a computed column instead of the correction, which may be large. Each combination of filters has its own
  // statement, so that each uses its index.
  /** Lists dead letters with an ID below `beforeId`, newest first. */
  list(
    ctx: TransactionContext,
    { state, reason }: DeadLetterFilters,
    beforeId: string,
    count: number,
  ): Promise<DeadLetterRow[]> {
    const given = [
      ...(state === undefined ? [] : [{ column: 'state', value: state }]),
      ...(reason === undefined ? [] : [{ column: 'reason', value: reason }]),
    ];
    const conditions = given.map(({ column }, n) => ` AND ${column} = $${n + 3}`).join('');
    return this.database.rows(
      ctx,
      statement(
        ROW,
        `SELECT ${ROW} FROM order_dead_letters WHERE id < $1${conditions} ORDER BY id DESC LIMIT $2`,
      ),
      [beforeId, count, ...given.map((one) => one.value)],
    );
  }

  // SQL: a computed column.
  find(ctx: TransactionContext, id: string): Promise<FullDeadLetterRow | undefined> {
    return this.database.row(ctx, statement(FULL, `SELECT ${FULL} FROM order_dead_letters WHERE id = $1`), [
      id,
    ]);
  }

  /** Finds a dead letter, and locks it until the transaction ends. */
  async lock(ctx: TransactionContext, id: string): Promise<DeadLetterEntity | undefined> {
    const found = await this.database
      .repository(ctx, DeadLetterEntity)
      .findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
    return found ?? undefined;
  }

  /** Locks open dead letters, oldest first. Skips those that another transaction has locked. */
  lockOpen(
    ctx: TransactionContext,
    {
      ids,
      reason,
      maxFailedRedrives,
    }: { ids: string[] | undefined; reason: RejectionReason | undefined; maxFailedRedrives: number },
    count: number,
  ): Promise<DeadLetterEntity[]> {
    return this.database.repository(ctx, DeadLetterEntity).find({
      where: {
        state: 'open',
        failedRedrives: LessThan(maxFailedRedrives),
        ...(ids && { id: In(ids) }),
        ...(reason && { reason }),
      },
      order: { id: 'ASC' },
      take: count,
      lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' },
    });
  }

  // SQL: a bounded count.
  /** Counts open dead letters, up to a bound. */
  async countOpen(ctx: TransactionContext, bound: number): Promise<number> {
    const bounded = `SELECT FROM order_dead_letters WHERE state = 'open' LIMIT $1`;
    const { count } = await this.database.one(
      ctx,
      statement(COUNT, `SELECT ${COUNT} FROM (${bounded}) AS bounded`),
      [bound],
    );
    return count;
  }

  async change(
    ctx: TransactionContext,
    id: string,
    changes: Partial<
      Pick<
        DeadLetterEntity,
        | 'state'
        | 'reason'
        | 'detail'
        | 'pointer'
        | 'orderUid'
        | 'correction'
        | 'failedRedrives'
        | 'discardReason'
      >
    >,
  ): Promise<void> {
    await this.database
      .repository(ctx, DeadLetterEntity)
      .update({ id }, { ...changes, updatedAt: () => 'now()' });
  }
}
