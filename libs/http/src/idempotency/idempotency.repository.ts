import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { IdempotencyKeyEntity } from './idempotency-key.entity';

const REQUEST = columnsOf(IdempotencyKeyEntity, 'ownerId', 'key', 'method', 'target', 'bodyHash');
const REPLY = columnsOf(IdempotencyKeyEntity, 'status', 'headers', 'body');
const SAVED = columnsOf(
  IdempotencyKeyEntity,
  ...(['ownerId', 'key', 'method', 'target', 'bodyHash', 'status', 'headers', 'body'] as const),
);
const FOUND = columnsOf(IdempotencyKeyEntity, 'method', 'target', 'bodyHash').and(REPLY);
const LOCK = computed({ had: value.boolean('bool_and(pg_try_advisory_xact_lock(lock))') });

/** A request under a key. */
export type KeyedRequest = RowOf<typeof REQUEST> & {
  /** Every owner id whose keys are the caller's own; `ownerId` is what the key is kept as. */
  ownerIds: readonly string[];
  /** The user who is signed in, whatever their sessions own. */
  userId: string | undefined;
};

/** A reply as it was first sent. */
export type StoredReply = RowOf<typeof REPLY>;

/** How long a repeat gets the first reply; an interval of PostgreSQL. */
export const KEPT_FOR = '24 hours';

/** Idempotency keys in PostgreSQL. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  // SQL: an advisory lock.
  /**
   * Takes the key until the open transaction ends: for all of a user's sessions, and for the customer's that a session was
   * before they signed in. @returns false where somebody else has it.
   */
  async lock(ctx: TransactionContext, { ownerId, userId, key }: KeyedRequest): Promise<boolean> {
    const callers = userId === undefined ? [ownerId] : [ownerId, userId];
    const lock = statement(LOCK, `SELECT ${LOCK} FROM unnest($1::bigint[]) AS lock`);
    return (await this.database.one(ctx, lock, [callers.map((caller) => lockOf(caller, key))])).had;
  }

  // SQL: the database's clock.
  /**
   * What was first asked and answered under the key, unless that is too long ago. A user who was several customers before may have
   * used it for several requests: each is found by itself.
   */
  find(
    ctx: TransactionContext,
    { ownerIds, key, method, target, bodyHash }: KeyedRequest,
  ): Promise<RowOf<typeof FOUND> | undefined> {
    return this.database.row(
      ctx,
      statement(
        FOUND,
        `SELECT ${FOUND} FROM idempotency_keys
         WHERE owner_id = ANY ($1) AND key = $2 AND created_at > now() - interval '${KEPT_FOR}'
         ORDER BY (method, target, body_hash) = ($3, $4, $5::bytea) DESC LIMIT 1`,
      ),
      [ownerIds, key, method, target, bodyHash],
    );
  }

  // SQL: ON CONFLICT.
  /** Keeps a reply under its key, in place of one that is too old to count. */
  async save(ctx: TransactionContext, request: KeyedRequest, reply: StoredReply): Promise<void> {
    await this.database.execute(
      ctx,
      `INSERT INTO idempotency_keys (${SAVED.names}) VALUES (${SAVED.placeholders})
       ON CONFLICT (owner_id, key) DO UPDATE SET method = excluded.method, target = excluded.target,
         body_hash = excluded.body_hash, status = excluded.status, headers = excluded.headers, body = excluded.body,
         created_at = excluded.created_at`,
      SAVED.valuesOf({ ...request, ...reply }),
    );
  }
}

// Two keys that share these 64 bits would only ever make each other wait.
const lockOf = (caller: string, key: string): string =>
  createHash('sha256').update(`idempotency:${caller}:${key}`).digest().readBigInt64BE().toString();
