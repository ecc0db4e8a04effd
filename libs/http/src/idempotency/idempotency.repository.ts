import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';

/** A request under a key. */
export interface KeyedRequest {
  ownerId: string;
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

  /** Takes the key until the open transaction ends. @returns false where somebody else has it. */
  async lock(ctx: WorkContext, { ownerId, key }: KeyedRequest): Promise<boolean> {
    const [row] = await this.database.query<{ had: boolean }>(
      ctx,
      `SELECT pg_try_advisory_xact_lock($1) AS had`,
      [lockOf(ownerId, key)],
    );
    return row?.had === true;
  }

  /** What was first asked and answered under the key, unless that is too long ago. */
  async find(
    ctx: WorkContext,
    { ownerId, key }: KeyedRequest,
  ): Promise<(StoredReply & Pick<KeyedRequest, 'method' | 'target' | 'bodyHash'>) | undefined> {
    const [row] = await this.database.query<
      StoredReply & Pick<KeyedRequest, 'method' | 'target' | 'bodyHash'>
    >(
      ctx,
      `SELECT method, target, body_hash AS "bodyHash", status, headers, body FROM idempotency_keys
       WHERE owner_id = $1 AND key = $2 AND created_at > now() - interval '${KEPT_FOR}'`,
      [ownerId, key],
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
const lockOf = (ownerId: string, key: string): string =>
  createHash('sha256').update(`idempotency:${ownerId}:${key}`).digest().readBigInt64BE().toString();
