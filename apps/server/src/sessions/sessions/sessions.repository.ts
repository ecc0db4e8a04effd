import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { Gathered, TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import type { Role } from '../users/roles';
import type { SessionEntity } from './session.entity';

export type SessionRow = Omit<SessionEntity, 'tokenHash'>;

/** Whom a session's token proves, with all that a request needs to know of them. */
export interface SessionCaller {
  id: string;
  ownerId: string;
  ownerIds: string[];
  userId: string | null;
  role: Role | null;
  /** Whether its last use is worth recording again. */
  isStale: boolean;
}

/** A session that is about to be opened. */
export interface NewSession {
  id: string;
  tokenHash: Buffer;
  ownerId: string;
  userId: string | null;
  device: string | null;
  ttlHours: number;
}

const COLUMNS = `s.id, s.owner_id AS "ownerId", s.user_id AS "userId", s.device, s.created_at AS "createdAt",
  s.expires_at AS "expiresAt", s.last_used_at AS "lastUsedAt"`;

// What one user's sign-ins can add up to; beyond it the newest count, and what a session owns itself always does.
const MAX_OWNER_IDS = 1_000;

/** Sessions in PostgreSQL. Every request asks it anew, so that what ends a session ends it at once, in every process. */
@Injectable()
export class SessionsRepository {
  /** A session and its user, if that session is good for anything. `$1` is what it holds for a staff session to be idle. */
  private readonly valid = `FROM sessions s LEFT JOIN users u ON u.id = s.user_id
    WHERE s.expires_at > now() AND (s.user_id IS NULL
      OR (u.disabled_at IS NULL AND s.last_used_at > now() - $1 * interval '1 minute'))`;
  private readonly idleMinutes: number;
  // Requests at the same time are known by one statement, which begins after each of them: what ended a session before is seen.
  private readonly callers = new Gathered(
    (tokenHashes: Buffer[]) => this.findCallers(new TransactionContext(), tokenHashes),
    { most: 100, lanes: 2 },
  );

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { staffSessions }: Pick<Config, 'staffSessions'>,
  ) {
    this.idleMinutes = staffSessions.idleMinutes;
  }

  async insert(ctx: TransactionContext, session: NewSession): Promise<SessionRow> {
    const rows = await this.database.query<SessionRow>(
      ctx,
      `INSERT INTO sessions AS s (id, token_hash, owner_id, user_id, device, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 hour') RETURNING ${COLUMNS}`,
      [session.id, session.tokenHash, session.ownerId, session.userId, session.device, session.ttlHours],
    );
    return rows[0] as SessionRow;
  }

  async findCaller(ctx: TransactionContext, tokenHash: Buffer): Promise<SessionCaller | undefined> {
    if (!ctx.transaction) return this.callers.do(tokenHash);
    return (await this.findCallers(ctx, [tokenHash]))[0];
  }

  private async findCallers(
    ctx: TransactionContext,
    tokenHashes: Buffer[],
  ): Promise<(SessionCaller | undefined)[]> {
    const rows = await this.database.query<SessionCaller & { tokenHash: Buffer }>(
      ctx,
      `SELECT s.token_hash AS "tokenHash", s.id, s.owner_id AS "ownerId", s.user_id AS "userId", u.role,
         s.last_used_at < now() - interval '1 minute' AS "isStale",
         CASE WHEN u.id IS NULL THEN ARRAY[s.owner_id] ELSE ARRAY[s.owner_id, u.owner_id] || ARRAY(
           SELECT o.owner_id FROM user_owner_ids o WHERE o.user_id = u.id AND o.owner_id <> s.owner_id
           ORDER BY o.linked_at DESC LIMIT ${MAX_OWNER_IDS}) END AS "ownerIds"
       ${this.valid} AND s.token_hash = ANY ($2::bytea[])`,
      [this.idleMinutes, tokenHashes],
    );
    return tokenHashes.map((wanted) => rows.find(({ tokenHash }) => tokenHash.equals(wanted)));
  }

  async findByTokenHash(ctx: TransactionContext, tokenHash: Buffer): Promise<SessionRow | undefined> {
    const [row] = await this.database.query<SessionRow>(
      ctx,
      `SELECT ${COLUMNS} ${this.valid} AND s.token_hash = $2`,
      [this.idleMinutes, tokenHash],
    );
    return row;
  }

  async findById(ctx: TransactionContext, id: string): Promise<SessionRow | undefined> {
    const [row] = await this.database.query<SessionRow>(
      ctx,
      `SELECT ${COLUMNS} ${this.valid} AND s.id = $2`,
      [this.idleMinutes, id],
    );
    return row;
  }

  /** A user's sessions, newest first. @param beforeId the id to go on after */
  async listOfUser(
    ctx: TransactionContext,
    userId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<SessionRow[]> {
    return this.database.query<SessionRow>(
      ctx,
      `SELECT ${COLUMNS} ${this.valid} AND s.user_id = $2 AND ($3::uuid IS NULL OR s.id < $3)
       ORDER BY s.id DESC LIMIT $4`,
      [this.idleMinutes, userId, beforeId ?? null, limit],
    );
  }

  /** @returns whether there was one. */
  async delete(ctx: TransactionContext, id: string): Promise<boolean> {
    const rows = await this.database.query(ctx, `DELETE FROM sessions WHERE id = $1 RETURNING id`, [id]);
    return rows.length > 0;
  }

  /** Ends a user's sessions, but for one. @returns how many they were. */
  async deleteOfUser(ctx: TransactionContext, userId: string, exceptId?: string): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `DELETE FROM sessions WHERE user_id = $1 AND ($2::uuid IS NULL OR id <> $2) RETURNING id`,
      [userId, exceptId ?? null],
    );
    return rows.length;
  }

  /** Records that sessions are in use. A row that somebody else has locked is left for the next time. */
  async touch(ctx: TransactionContext, ids: readonly string[]): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE sessions SET last_used_at = now() WHERE id IN (
         SELECT id FROM sessions WHERE id = ANY($1) AND last_used_at < now() - interval '1 minute'
         FOR UPDATE SKIP LOCKED)`,
      [ids],
    );
  }

  /** Removes sessions that are over. @returns how many; as many as `limit` means that there may be more. */
  async deleteExpired(ctx: TransactionContext, limit: number): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `DELETE FROM sessions WHERE id IN (
         SELECT id FROM sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [limit],
    );
    return rows.length;
  }

  /** Customers' sessions that were not used for so long, by id from after `afterId` on. */
  listUnused(
    ctx: TransactionContext,
    hours: number,
    afterId: string,
    count: number,
  ): Promise<Pick<SessionEntity, 'id' | 'ownerId'>[]> {
    return this.database.query(
      ctx,
      `SELECT id, owner_id AS "ownerId" FROM sessions
       WHERE id > $1 AND user_id IS NULL AND last_used_at < now() - $2 * interval '1 hour' ORDER BY id LIMIT $3`,
      [afterId, hours, count],
    );
  }

  /** @returns how many of these were still there. */
  async deleteAll(ctx: TransactionContext, ids: string[]): Promise<number> {
    const rows = await this.database.query(ctx, `DELETE FROM sessions WHERE id = ANY ($1) RETURNING 1`, [
      ids,
    ]);
    return rows.length;
  }
}
