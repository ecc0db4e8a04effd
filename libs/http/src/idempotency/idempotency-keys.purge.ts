import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { KEPT_FOR } from './idempotency.repository';

/** Forgets idempotency keys whose time is over: they count no more, but take room. */
@Injectable()
export class IdempotencyKeysPurge {
  constructor(private readonly database: Database) {}

  /** @returns how many keys it deleted, `count` at most. */
  deleteExpired(ctx: TransactionContext, count: number): Promise<number> {
    // SQL: SKIP LOCKED. A row that is being renewed right now is locked, and no older than it was: it is left alone.
    return this.database.execute(
      ctx,
      `DELETE FROM idempotency_keys WHERE (owner_id, key) IN (
         SELECT owner_id, key FROM idempotency_keys WHERE created_at <= now() - interval '${KEPT_FOR}'
         ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [count],
    );
  }
}
