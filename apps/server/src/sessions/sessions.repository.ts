import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import type { SessionEntity } from './session.entity';

export type SessionRow = Pick<SessionEntity, 'id' | 'ownerId' | 'createdAt' | 'expiresAt'>;

const COLUMNS = `id, owner_id AS "ownerId", created_at AS "createdAt", expires_at AS "expiresAt"`;

/** Sessions in PostgreSQL. Every request asks it anew, so that a revoked session stops at once, in every process. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async insert(
    ctx: WorkContext,
    session: { id: string; tokenHash: Buffer; ownerId: string; ttlDays: number },
  ): Promise<SessionRow> {
    const rows = await this.database.query<SessionRow>(
      ctx,
      `INSERT INTO sessions (id, token_hash, owner_id, expires_at)
       VALUES ($1, $2, $3, now() + $4 * interval '1 day') RETURNING ${COLUMNS}`,
      [session.id, session.tokenHash, session.ownerId, session.ttlDays],
    );
    return rows[0] as SessionRow;
  }

  async findByTokenHash(ctx: WorkContext, tokenHash: Buffer): Promise<SessionRow | undefined> {
    const [row] = await this.database.query<SessionRow>(
      ctx,
      `SELECT ${COLUMNS} FROM sessions WHERE token_hash = $1 AND expires_at > now()`,
      [tokenHash],
    );
    return row;
  }

  async findById(ctx: WorkContext, id: string): Promise<SessionRow | undefined> {
    const [row] = await this.database.query<SessionRow>(
      ctx,
      `SELECT ${COLUMNS} FROM sessions WHERE id = $1 AND expires_at > now()`,
      [id],
    );
    return row;
  }

  async delete(ctx: WorkContext, id: string): Promise<void> {
    await this.database.query(ctx, `DELETE FROM sessions WHERE id = $1`, [id]);
  }
}
