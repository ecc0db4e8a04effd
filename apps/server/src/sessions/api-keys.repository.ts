import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import type { ApiKeyEntity } from './api-key.entity';

/** A key as staff see it: all but the hash. */
export type ApiKeyRow = Omit<ApiKeyEntity, 'keyHash'>;

/** What a request needs to know of the key that it came with. */
export type KeyCaller = Pick<ApiKeyEntity, 'id' | 'ownerId' | 'scopes' | 'keyHash'> & {
  /** Whether its last use is worth recording again. */
  isStale: boolean;
};

type NewApiKey = Pick<
  ApiKeyEntity,
  'id' | 'name' | 'prefix' | 'keyHash' | 'scopes' | 'ownerId' | 'expiresAt' | keyof Maker
>;

/** Who makes a key. */
export type Maker = Pick<ApiKeyEntity, 'createdByUserId' | 'createdByKeyId'>;

const ACTIVE = `(revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()))`;

const COLUMNS = `id, name, prefix, scopes, owner_id AS "ownerId", created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", last_used_at AS "lastUsedAt", replaced_by_id AS "replacedById",
  created_by_user_id AS "createdByUserId", created_by_key_id AS "createdByKeyId"`;

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  async findUsable(ctx: WorkContext, keyHash: Buffer): Promise<KeyCaller | undefined> {
    const [row] = await this.database.query<KeyCaller>(
      ctx,
      `SELECT id, owner_id AS "ownerId", scopes, key_hash AS "keyHash",
         last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS "isStale"
       FROM api_keys WHERE key_hash = $1 AND ${ACTIVE}`,
      [keyHash],
    );
    return row;
  }

  async insert(ctx: WorkContext, key: NewApiKey): Promise<ApiKeyRow> {
    const [row] = await this.database.query<ApiKeyRow>(
      ctx,
      `INSERT INTO api_keys (id, name, prefix, key_hash, scopes, owner_id, expires_at, created_by_user_id, created_by_key_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
      [
        ...[key.id, key.name, key.prefix, key.keyHash, key.scopes, key.ownerId, key.expiresAt],
        ...[key.createdByUserId, key.createdByKeyId],
      ],
    );
    return row as ApiKeyRow;
  }

  /**
   * Makes the key of this id be exactly this one: a new one replaces it, and what it owned stays its own. The same one
   * again, if it was revoked, stays so.
   */
  async replace(ctx: WorkContext, key: Omit<NewApiKey, 'expiresAt' | keyof Maker>): Promise<void> {
    await this.database.query(
      ctx,
      `INSERT INTO api_keys (id, name, prefix, key_hash, scopes, owner_id) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET prefix = excluded.prefix, key_hash = excluded.key_hash, scopes = excluded.scopes,
         expires_at = CASE WHEN api_keys.key_hash = excluded.key_hash THEN api_keys.expires_at END,
         revoked_at = CASE WHEN api_keys.key_hash = excluded.key_hash THEN api_keys.revoked_at END,
         replaced_by_id = CASE WHEN api_keys.key_hash = excluded.key_hash THEN api_keys.replaced_by_id END`,
      [key.id, key.name, key.prefix, key.keyHash, key.scopes, key.ownerId],
    );
  }

  async find(ctx: WorkContext, id: string): Promise<ApiKeyRow | undefined> {
    const [row] = await this.database.query<ApiKeyRow>(ctx, `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`, [
      id,
    ]);
    return row;
  }

  /**
   * The key, held until the open transaction ends, and whether it still opens anything. It may be named as the maker of another key
   * meanwhile: two keys that rotate one another would wait for each other.
   */
  async lock(ctx: WorkContext, id: string): Promise<(ApiKeyRow & { isUsable: boolean }) | undefined> {
    const [row] = await this.database.query<ApiKeyRow & { isUsable: boolean }>(
      ctx,
      `SELECT ${COLUMNS}, ${ACTIVE} AS "isUsable"
       FROM api_keys WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return row;
  }

  /** Newest first. @param beforeId the id to go on after */
  async list(
    ctx: WorkContext,
    { createdBy, active }: { createdBy?: string; active?: boolean },
    beforeId: string | undefined,
    limit: number,
  ): Promise<ApiKeyRow[]> {
    return this.database.query<ApiKeyRow>(
      ctx,
      `SELECT ${COLUMNS} FROM api_keys
       WHERE ($1::uuid IS NULL OR created_by_user_id = $1 OR created_by_key_id = $1)
         AND ($2::boolean IS NULL OR ${ACTIVE} = $2) AND ($3::uuid IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4`,
      [createdBy ?? null, active ?? null, beforeId ?? null, limit],
    );
  }

  async markReplaced(ctx: WorkContext, id: string, byId: string, overlapSeconds: number): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE api_keys SET replaced_by_id = $2, expires_at = least(expires_at, now() + $3 * interval '1 second')
       WHERE id = $1`,
      [id, byId, overlapSeconds],
    );
  }

  async revoke(ctx: WorkContext, id: string): Promise<void> {
    await this.database.query(ctx, `UPDATE api_keys SET revoked_at = now() WHERE id = $1`, [id]);
  }

  /** Revokes what is active of the keys that go back to a user. @returns these. */
  async revokeMadeBy(ctx: WorkContext, userId: string): Promise<Pick<ApiKeyRow, 'id' | 'scopes'>[]> {
    return this.database.query<Pick<ApiKeyRow, 'id' | 'scopes'>>(
      ctx,
      `UPDATE api_keys SET revoked_at = now() WHERE created_by_user_id = $1 AND ${ACTIVE} RETURNING id, scopes`,
      [userId],
    );
  }

  /** Records that keys are in use. A row that somebody else has locked is left for the next time. */
  async touch(ctx: WorkContext, ids: readonly string[]): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE api_keys SET last_used_at = now() WHERE id IN (
         SELECT id FROM api_keys
         WHERE id = ANY($1) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
         FOR UPDATE SKIP LOCKED)`,
      [ids],
    );
  }
}
