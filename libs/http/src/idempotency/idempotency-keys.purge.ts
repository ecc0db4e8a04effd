import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { RETENTION } from './idempotency.repository';

/** Deletes expired idempotency keys. */
@Injectable()
export class IdempotencyKeysPurge {
  constructor(private readonly database: Database) {}

  /** @returns the number of deleted keys, at most `count`. */
  deleteExpired(ctx: TransactionContext, count: number): Promise<number> {
    // SQL: SKIP LOCKED, to skip a key that a request is renewing.
    return this.database.execute(
      ctx,
      `DELETE FROM idempotency_keys WHERE (owner_id, key) IN (
         SELECT owner_id, key FROM idempotency_keys WHERE created_at <= now() - interval '${RETENTION}'
         ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [count],
    );
  }
}
