import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { Batcher, TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { In, Not } from 'typeorm';
import { UserEntity } from '../users/user.entity';
import { SessionEntity } from './session.entity';

// Maximum number of a user's owner IDs, newest first, besides the session's own and the user's own.
const MAX_OWNER_IDS = 1_000;

const ROW = columnsOf(
  SessionEntity,
  ...(['id', 'ownerId', 'userId', 'device', 'createdAt', 'expiresAt', 'lastUsedAt'] as const),
).from('s');
const NEW = columnsOf(SessionEntity, 'id', 'tokenHash', 'ownerId', 'userId', 'device');
/** `isStale`: the last use was recorded more than a minute ago. */
const CALLER = columnsOf(SessionEntity, 'tokenHash', 'id', 'ownerId', 'userId')
  .from('s')
  .and(columnsOf(UserEntity, 'role').fromOuter('u'))
  .and(
    computed({
      isStale: value.boolean(`s.last_used_at < now() - interval '1 minute'`),
      ownerIds: value.texts(
        `CASE WHEN u.id IS NULL THEN ARRAY[s.owner_id] ELSE ARRAY[s.owner_id, u.owner_id] || ARRAY(
           SELECT o.owner_id FROM user_owner_ids o WHERE o.user_id = u.id AND o.owner_id <> s.owner_id
           ORDER BY o.linked_at DESC LIMIT ${MAX_OWNER_IDS}) END`,
      ),
    }),
  );
const UNUSED = columnsOf(SessionEntity, 'id', 'ownerId');

/** A session and its user, if the session is valid. `$1` is the number of minutes after which an unused staff session ends. */
const VALID = `FROM sessions s LEFT JOIN users u ON u.id = s.user_id
  WHERE s.expires_at > now() AND (s.user_id IS NULL
    OR (u.disabled_at IS NULL AND s.last_used_at > now() - $1 * interval '1 minute'))`;

const FIND_CALLERS = statement(CALLER, `SELECT ${CALLER} ${VALID} AND s.token_hash = ANY ($2::bytea[])`);

export type SessionRow = RowOf<typeof ROW>;
/** The session of a token, with everything needed to authenticate the request. */
export type SessionCaller = RowOf<typeof CALLER>;
/** A session to insert. */
export type NewSession = RowOf<typeof NEW> & { ttlHours: number };

/** Sessions in PostgreSQL. Sessions are never cached, so that a deleted session ends at once in every process. */
@Injectable()
export class SessionsRepository {
  private readonly idleMinutes: number;
  // Concurrent requests share a statement that starts after all of them, so it sees every session that ended before.
  private readonly callerBatcher = new Batcher(
    (tokenHashes: Buffer[]) => this.findCallers(new TransactionContext(), tokenHashes),
    { maxSize: 100, concurrency: 2 },
  );

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { staffSessions }: Pick<Config, 'staffSessions'>,
  ) {
    this.idleMinutes = staffSessions.idleMinutes;
  }

  // SQL: the database's clock.
  insert(ctx: TransactionContext, session: NewSession): Promise<SessionRow> {
    return this.database.one(
      ctx,
      statement(
        ROW,
        `INSERT INTO sessions AS s (${NEW.names}, expires_at)
         VALUES (${NEW.placeholders}, now() + $6 * interval '1 hour') RETURNING ${ROW}`,
      ),
      [...NEW.valuesOf(session), session.ttlHours],
    );
  }

  // SQL: a hot read.
  async findCaller(ctx: TransactionContext, tokenHash: Buffer): Promise<SessionCaller | undefined> {
    if (!ctx.transaction) return this.callerBatcher.add(tokenHash);
    return (await this.findCallers(ctx, [tokenHash]))[0];
  }

  private async findCallers(
    ctx: TransactionContext,
    tokenHashes: Buffer[],
  ): Promise<(SessionCaller | undefined)[]> {
    const rows = await this.database.rows(ctx, FIND_CALLERS, [this.idleMinutes, tokenHashes]);
    return tokenHashes.map((wanted) => rows.find(({ tokenHash }) => tokenHash.equals(wanted)));
  }

  // SQL: the database's clock, and a join without a relation.
  findByTokenHash(ctx: TransactionContext, tokenHash: Buffer): Promise<SessionRow | undefined> {
    return this.database.row(ctx, statement(ROW, `SELECT ${ROW} ${VALID} AND s.token_hash = $2`), [
      this.idleMinutes,
      tokenHash,
    ]);
  }

  // SQL: the database's clock, and a join without a relation.
  findById(ctx: TransactionContext, id: string): Promise<SessionRow | undefined> {
    return this.database.row(ctx, statement(ROW, `SELECT ${ROW} ${VALID} AND s.id = $2`), [
      this.idleMinutes,
      id,
    ]);
  }

  // SQL: the database's clock, and a join without a relation.
  /** Lists a user's sessions, newest first. @param beforeId ID to start before */
  listOfUser(
    ctx: TransactionContext,
    userId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<SessionRow[]> {
    return this.database.rows(
      ctx,
      statement(
        ROW,
        `SELECT ${ROW} ${VALID} AND s.user_id = $2 AND ($3::uuid IS NULL OR s.id < $3)
         ORDER BY s.id DESC LIMIT $4`,
      ),
      [this.idleMinutes, userId, beforeId ?? null, limit],
    );
  }

  /** @returns whether the session existed. */
  async delete(ctx: TransactionContext, id: string): Promise<boolean> {
    return (await this.deleteAll(ctx, [id])) > 0;
  }

  /** Deletes a user's sessions. @param exceptId the session to keep */
  async deleteOfUser(ctx: TransactionContext, userId: string, exceptId?: string): Promise<void> {
    await this.database
      .repository(ctx, SessionEntity)
      .delete({ userId, ...(exceptId !== undefined && { id: Not(exceptId) }) });
  }

  // SQL: SKIP LOCKED, by the database's clock.
  /** Records that sessions were used. Skips rows that another transaction has locked; their next use is recorded. */
  async touch(ctx: TransactionContext, ids: readonly string[]): Promise<void> {
    await this.database.execute(
      ctx,
      `UPDATE sessions SET last_used_at = now() WHERE id IN (
         SELECT id FROM sessions WHERE id = ANY($1) AND last_used_at < now() - interval '1 minute'
         FOR UPDATE SKIP LOCKED)`,
      [ids],
    );
  }

  // SQL: SKIP LOCKED, by the database's clock.
  /** Deletes expired sessions. @returns how many; if this equals `limit`, there may be more. */
  deleteExpired(ctx: TransactionContext, limit: number): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM sessions WHERE id IN (
         SELECT id FROM sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
  }

  // SQL: the database's clock.
  /** Lists customers' sessions that were unused for `hours`, by ID, starting after `afterId`. */
  listUnused(
    ctx: TransactionContext,
    hours: number,
    afterId: string,
    count: number,
  ): Promise<RowOf<typeof UNUSED>[]> {
    return this.database.rows(
      ctx,
      statement(
        UNUSED,
        `SELECT ${UNUSED} FROM sessions
         WHERE id > $1 AND user_id IS NULL AND last_used_at < now() - $2 * interval '1 hour' ORDER BY id LIMIT $3`,
      ),
      [afterId, hours, count],
    );
  }

  /** @returns how many of the sessions existed. */
  async deleteAll(ctx: TransactionContext, ids: string[]): Promise<number> {
    const { affected } = await this.database.repository(ctx, SessionEntity).delete({ id: In(ids) });
    return affected ?? 0;
  }
}
