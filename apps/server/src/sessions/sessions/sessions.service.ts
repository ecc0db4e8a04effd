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

/** A session, and the token for its cookie if it has just been made: it can't be had again. */
export interface OpenedSession {
  session: SessionRow;
  token?: string;
}

const HOURS_A_DAY = 24;
const cursors = new Cursors('sessions', z.tuple([uuidKey]));

/** Opens anonymous sessions; shows and ends sessions of either kind. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'sessionTtlDays'>,
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly audit: AuditService,
  ) {}

  /** The session that a valid cookie names, or a new one. */
  async open(ctx: RequestContext, presentedToken: string | undefined): Promise<OpenedSession> {
    const present = presentedToken && (await this.sessions.findByTokenHash(ctx, hashSecret(presentedToken)));
    if (present) return { session: present };
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

  /** The caller's own sessions, newest first: all of a user's, the one of a customer, and none of an API key's. */
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

  /** Ends the caller's session at once. @throws as `end` does. */
  async endCurrent(ctx: RequestContext): Promise<void> {
    await this.end(ctx, ctx.principal.id);
  }

  /**
   * Ends a session of the caller's at once, in every process.
   * @throws SessionNotFoundError where it is none of theirs, PreconditionFailedError where their If-Match is stale.
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
