import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';

/** A request under a key. */
export interface KeyedRequest {
  /** Whose the key is kept as. */
  ownerId: string;
  /** Every owner id whose keys are the caller's own. */
  ownerIds: readonly string[];
  /** The user who is signed in, whatever their sessions own. */
  userId: string | undefined;
  key: string;
  method: string;
  target: string;
  bodyHash: Buffer;
}

/** A reply as it was first sent. */
export interface StoredReply {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

/** How long a repeat gets the first reply; an interval of PostgreSQL. */
export const KEPT_FOR = '24 hours';

/** Idempotency keys in PostgreSQL. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the key until the open transaction ends: for all of a user's sessions, and for the customer's that a session was
   * before they signed in. @returns false where somebody else has it.
   */
  async lock(ctx: WorkContext, { ownerId, userId, key }: KeyedRequest): Promise<boolean> {
    const callers = userId === undefined ? [ownerId] : [ownerId, userId];
    const [row] = await this.database.query<{ had: boolean }>(
      ctx,
      `SELECT bool_and(pg_try_advisory_xact_lock(lock)) AS had FROM unnest($1::bigint[]) AS lock`,
      [callers.map((caller) => lockOf(caller, key))],
    );
    return row?.had === true;
  }

  /**
   * What was first asked and answered under the key, unless that is too long ago. A user who was several customers before may have
   * used it for several requests: each is found by itself.
   */
  async find(
    ctx: WorkContext,
    { ownerIds, key, method, target, bodyHash }: KeyedRequest,
  ): Promise<(StoredReply & Pick<KeyedRequest, 'method' | 'target' | 'bodyHash'>) | undefined> {
    const [row] = await this.database.query<
      StoredReply & Pick<KeyedRequest, 'method' | 'target' | 'bodyHash'>
    >(
      ctx,
      `SELECT method, target, body_hash AS "bodyHash", status, headers, body FROM idempotency_keys
       WHERE owner_id = ANY ($1) AND key = $2 AND created_at > now() - interval '${KEPT_FOR}'
       ORDER BY (method, target, body_hash) = ($3, $4, $5::bytea) DESC LIMIT 1`,
      [ownerIds, key, method, target, bodyHash],
    );
    return row;
  }

  /** Keeps a reply under its key, in place of one that is too old to count. */
  async save(ctx: WorkContext, request: KeyedRequest, reply: StoredReply): Promise<void> {
    await this.database.query(
      ctx,
      `INSERT INTO idempotency_keys (owner_id, key, method, target, body_hash, status, headers, body)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (owner_id, key) DO UPDATE SET method = excluded.method, target = excluded.target,
         body_hash = excluded.body_hash, status = excluded.status, headers = excluded.headers, body = excluded.body,
         created_at = excluded.created_at`,
      [
        request.ownerId,
        request.key,
        request.method,
        request.target,
        request.bodyHash,
        reply.status,
        reply.headers,
        reply.body,
      ],
    );
  }
}

// Two keys that share these 64 bits would only ever make each other wait.
const lockOf = (caller: string, key: string): string =>
  createHash('sha256').update(`idempotency:${caller}:${key}`).digest().readBigInt64BE().toString();
