import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import type { ApiKeyEntity } from './api-key.entity';

export type ApiKeyRow = Pick<ApiKeyEntity, 'id' | 'ownerId' | 'scopes'>;

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  async findUsable(ctx: WorkContext, keyHash: Buffer): Promise<ApiKeyRow | undefined> {
    const [row] = await this.database.query<ApiKeyRow>(
      ctx,
      `SELECT id, owner_id AS "ownerId", scopes FROM api_keys
       WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [keyHash],
    );
    return row;
  }

  /** Makes the key of this id be exactly this one: a new one replaces it, and what it owned stays its own. */
  async replace(
    ctx: WorkContext,
    key: Pick<ApiKeyEntity, 'id' | 'name' | 'prefix' | 'keyHash' | 'scopes' | 'ownerId'>,
  ): Promise<void> {
    await this.database.query(
      ctx,
      `INSERT INTO api_keys (id, name, prefix, key_hash, scopes, owner_id) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET prefix = excluded.prefix, key_hash = excluded.key_hash, scopes = excluded.scopes`,
      [key.id, key.name, key.prefix, key.keyHash, key.scopes, key.ownerId],
    );
  }
}
