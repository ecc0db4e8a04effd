import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { In } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity';

const ACTIVE = `(revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()))`;

/** All columns except the hash. */
const ROW = columnsOf(
  ApiKeyEntity,
  ...(['id', 'name', 'prefix', 'scopes', 'ownerId', 'createdAt', 'expiresAt', 'revokedAt'] as const),
  ...(['lastUsedAt', 'replacedById', 'createdByUserId', 'createdByKeyId'] as const),
);
const LOCKED = ROW.and(computed({ isUsable: value.boolean(ACTIVE) }));
/** `isStale`: the last use was recorded more than a minute ago, or never. */
const CALLER = columnsOf(ApiKeyEntity, 'id', 'ownerId', 'scopes', 'keyHash').and(
  computed({
    isStale: value.boolean(`last_used_at IS NULL OR last_used_at < now() - interval '1 minute'`),
  }),
);
const BOOTSTRAP = columnsOf(ApiKeyEntity, 'id', 'name', 'prefix', 'keyHash', 'scopes', 'ownerId');
const REVOKED = columnsOf(ApiKeyEntity, 'id', 'scopes');

/** A key without its hash, as staff see it. */
export type ApiKeyRow = RowOf<typeof ROW>;
/** A locked key, and whether it is active. */
export type LockedApiKeyRow = RowOf<typeof LOCKED>;
/** The key of a request, with everything needed to authenticate the request. */
export type KeyCaller = RowOf<typeof CALLER>;
/** Creator of a key. */
export type Maker = Pick<ApiKeyEntity, 'createdByUserId' | 'createdByKeyId'>;

type BootstrapApiKey = RowOf<typeof BOOTSTRAP>;
type NewApiKey = BootstrapApiKey & Maker & Pick<ApiKeyEntity, 'expiresAt'>;

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  // SQL: a hot read.
  findUsable(ctx: TransactionContext, keyHash: Buffer): Promise<KeyCaller | undefined> {
    return this.database.row(
      ctx,
      statement(CALLER, `SELECT ${CALLER} FROM api_keys WHERE key_hash = $1 AND ${ACTIVE}`),
      [keyHash],
    );
  }

  async insert(ctx: TransactionContext, key: NewApiKey): Promise<ApiKeyRow> {
    await this.keys(ctx).insert(key);
    return this.keys(ctx).findOneOrFail({ select: ROW.selection, where: { id: key.id } });
  }

  // SQL: ON CONFLICT with expressions.
  /**
   * Inserts or replaces the key with this ID. A different key replaces the stored one and keeps its owner's resources.
   * The same key stays revoked if it was revoked.
   */
  async replace(ctx: TransactionContext, key: BootstrapApiKey): Promise<void> {
    await this.database.execute(
      ctx,
      `INSERT INTO api_keys (${BOOTSTRAP.names}) VALUES (${BOOTSTRAP.placeholders})
       ON CONFLICT (id) DO UPDATE SET prefix = excluded.prefix, key_hash = excluded.key_hash, scopes = excluded.scopes,
         expires_at = CASE WHEN api_keys.key_hash = excluded.key_hash THEN api_keys.expires_at END,
         revoked_at = CASE WHEN api_keys.key_hash = excluded.key_hash THEN api_keys.revoked_at END,
         replaced_by_id = CASE WHEN api_keys.key_hash = excluded.key_hash THEN api_keys.replaced_by_id END`,
      BOOTSTRAP.valuesOf(key),
    );
  }

  async find(ctx: TransactionContext, id: string): Promise<ApiKeyRow | undefined> {
    const row = await this.keys(ctx).findOne({ select: ROW.selection, where: { id } });
    return row ?? undefined;
  }

  /** Returns the IDs of the keys with a name. */
  async idsNamed(ctx: TransactionContext, name: string): Promise<string[]> {
    const rows = await this.keys(ctx).find({ select: { id: true }, where: { name } });
    return rows.map(({ id }) => id);
  }

  /** Returns the names of keys, by ID. */
  async namesOf(ctx: TransactionContext, ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.keys(ctx).find({ select: { id: true, name: true }, where: { id: In(ids) } });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  // SQL: the database's clock.
  /** Locks a key until the open transaction ends. */
  lock(ctx: TransactionContext, id: string): Promise<LockedApiKeyRow | undefined> {
    return this.database.row(
      ctx,
      statement(LOCKED, `SELECT ${LOCKED} FROM api_keys WHERE id = $1 FOR NO KEY UPDATE`),
      [id],
    );
  }

  // SQL: the database's clock.
  /** Lists keys, newest first. @param beforeId ID to start before */
  list(
    ctx: TransactionContext,
    { createdBy, active }: { createdBy?: string; active?: boolean },
    beforeId: string | undefined,
    limit: number,
  ): Promise<ApiKeyRow[]> {
    return this.database.rows(
      ctx,
      statement(
        ROW,
        `SELECT ${ROW} FROM api_keys
         WHERE ($1::uuid IS NULL OR created_by_user_id = $1 OR created_by_key_id = $1)
           AND ($2::boolean IS NULL OR ${ACTIVE} = $2) AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4`,
      ),
      [createdBy ?? null, active ?? null, beforeId ?? null, limit],
    );
  }

  // SQL: the database's clock.
  async markReplaced(
    ctx: TransactionContext,
    id: string,
    byId: string,
    overlapSeconds: number,
  ): Promise<void> {
    await this.database.execute(
      ctx,
      `UPDATE api_keys SET replaced_by_id = $2, expires_at = least(expires_at, now() + $3 * interval '1 second')
       WHERE id = $1`,
      [id, byId, overlapSeconds],
    );
  }

  async rename(ctx: TransactionContext, id: string, name: string): Promise<void> {
    await this.keys(ctx).update({ id }, { name });
  }

  async revoke(ctx: TransactionContext, id: string): Promise<void> {
    await this.keys(ctx).update({ id }, { revokedAt: () => 'now()' });
  }

  // SQL: one set-based update, by the database's clock.
  /** Revokes the active keys that a user created, directly or through other keys. @returns the revoked keys. */
  revokeMadeBy(ctx: TransactionContext, userId: string): Promise<RowOf<typeof REVOKED>[]> {
    return this.database.rows(
      ctx,
      statement(
        REVOKED,
        `UPDATE api_keys SET revoked_at = now() WHERE created_by_user_id = $1 AND ${ACTIVE} RETURNING ${REVOKED}`,
      ),
      [userId],
    );
  }

  // SQL: SKIP LOCKED, by the database's clock.
  /** Records that keys were used. Skips rows that another transaction has locked; their next use is recorded. */
  async touch(ctx: TransactionContext, ids: readonly string[]): Promise<void> {
    await this.database.execute(
      ctx,
      `UPDATE api_keys SET last_used_at = now() WHERE id IN (
         SELECT id FROM api_keys
         WHERE id = ANY($1) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
         FOR UPDATE SKIP LOCKED)`,
      [ids],
    );
  }

  private keys(ctx: TransactionContext) {
    return this.database.repository(ctx, ApiKeyEntity);
  }
}
