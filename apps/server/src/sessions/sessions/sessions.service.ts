import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import {
  checkIfMatch,
  cursorOwner,
  Cursors,
  type Page,
  type PageRequest,
  type RequestContext,
  uuidKey,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { hashSecret } from '../api-keys/api-key-format';
import { deviceOf, newIdentity } from './session-token';
import { toSessionDto } from './sessions.dto';
import { SessionNotFoundError } from './sessions.errors';
import { type SessionRow, SessionsRepository } from './sessions.repository';

/** A session, with its cookie token if it was just created. Only this object holds the token. */
export interface OpenedSession {
  session: SessionRow;
  token?: string;
}

const HOURS_A_DAY = 24;
const cursors = new Cursors('sessions', z.tuple([uuidKey]));

/** Creates anonymous sessions; lists and ends all sessions. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'sessionTtlDays'>,
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly audit: AuditService,
  ) {}

  /** Returns the session of a valid cookie, or creates one. */
  async open(ctx: RequestContext, presentedToken: string | undefined): Promise<OpenedSession> {
    const existing = presentedToken && (await this.sessions.findByTokenHash(ctx, hashSecret(presentedToken)));
    if (existing) return { session: existing };
    const { token, ...identity } = newIdentity();
    const session = await this.sessions.insert(ctx, {
      ...identity,
      ownerId: uuidv7(),
      userId: null,
      device: deviceOf(ctx.userAgent),
      ttlHours: this.config.sessionTtlDays * HOURS_A_DAY,
    });
    return { session, token };
  }

  /** @throws SessionNotFoundError for a caller without a session. */
  async current(ctx: RequestContext): Promise<SessionRow> {
    const session = await this.sessions.findById(ctx, ctx.principal.id);
    if (!session) throw new SessionNotFoundError();
    return session;
  }

  /** Lists the caller's own sessions, newest first. A customer has one session, and an API key has none. */
  async list(ctx: RequestContext, { limit, cursor }: PageRequest): Promise<Page<SessionRow>> {
    const { userId, kind, id } = ctx.principal;
    const bound = { owner: cursorOwner(ctx.principal) };
    const [beforeId] = cursors.read(cursor, bound) ?? [];
    if (userId !== undefined) {
      const rows = await this.sessions.listOfUser(ctx, userId, beforeId, limit + 1);
      return cursors.page(rows, limit, bound, (row) => [row.id]);
    }
    const own = kind === 'customer' && beforeId === undefined && (await this.sessions.findById(ctx, id));
    return { items: own ? [own] : [], next_cursor: null };
  }

  /** Ends the caller's session at once. @throws the errors of `end`. */
  async endCurrent(ctx: RequestContext): Promise<void> {
    await this.end(ctx, ctx.principal.id);
  }

  /**
   * Ends one of the caller's sessions at once, in every process.
   * @throws SessionNotFoundError if it is not the caller's own, PreconditionFailedError if the If-Match is stale.
   */
  async end(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(ctx, async () => {
      const session = await this.sessions.findById(ctx, id);
      if (!session || !isOwn(ctx, session)) throw new SessionNotFoundError();
      checkIfMatch(ctx, toSessionDto(session));
      if (!(await this.sessions.delete(ctx, id))) throw new SessionNotFoundError();
      await this.audit.record(ctx, { action: 'session.ended', target: { kind: 'session', id } });
    });
  }
}

function isOwn({ principal }: RequestContext, session: SessionRow): boolean {
  return session.id === principal.id || (session.userId !== null && session.userId === principal.userId);
}
