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
const LOCK = computed({ acquired: value.boolean('bool_and(pg_try_advisory_xact_lock(lock))') });

/** A request with an idempotency key. */
export type KeyedRequest = RowOf<typeof REQUEST> & {
  /** All owner IDs of the caller. Keys are stored under `ownerId`. */
  ownerIds: readonly string[];
  /** The signed-in user, who is the same in all of their sessions. */
  userId: string | undefined;
};

/** A response as first sent. */
export type StoredReply = RowOf<typeof REPLY>;

/** How long responses are stored; a PostgreSQL interval. */
export const RETENTION = '24 hours';

/** Idempotency keys in PostgreSQL. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  // SQL: an advisory lock.
  /**
   * Locks the key until the open transaction ends, for all sessions of a user and for the anonymous session from before
   * the sign-in. @returns false if another request holds the lock.
   */
  async lock(ctx: TransactionContext, { ownerId, userId, key }: KeyedRequest): Promise<boolean> {
    const callers = userId === undefined ? [ownerId] : [ownerId, userId];
    const lock = statement(LOCK, `SELECT ${LOCK} FROM unnest($1::bigint[]) AS lock`);
    return (await this.database.one(ctx, lock, [callers.map((caller) => lockOf(caller, key))])).acquired;
  }

  // SQL: the database's clock.
  /**
   * Returns the unexpired requests and responses stored under the key. There may be several: a user may have used the
   * key in several anonymous sessions before signing in.
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
         WHERE owner_id = ANY ($1) AND key = $2 AND created_at > now() - interval '${RETENTION}'
         ORDER BY (method, target, body_hash) = ($3, $4, $5::bytea) DESC LIMIT 1`,
      ),
      [ownerIds, key, method, target, bodyHash],
    );
  }

  // SQL: ON CONFLICT.
  /** Stores a response under its key, replacing an expired one. */
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

// If two keys have the same 64-bit hash, one request only waits for the other.
const lockOf = (caller: string, key: string): string =>
  createHash('sha256').update(`idempotency:${caller}:${key}`).digest().readBigInt64BE().toString();
