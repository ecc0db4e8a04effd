import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { honourMatch, type RequestContext } from '@waybill/http';
import { v7 as uuidv7 } from 'uuid';
import { hashSecret } from './api-key-format';
import { toSessionDto } from './sessions.dto';
import { SessionNotFoundError } from './sessions.errors';
import { type SessionRow, SessionsRepository } from './sessions.repository';

/** A session, and the token for its cookie if it has just been made: it can't be had again. */
export interface OpenedSession {
  session: SessionRow;
  token?: string;
}

const TOKEN_BYTES = 32;

/** Opens, shows and ends anonymous sessions. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly sessions: SessionsRepository,
  ) {}

  /** The session that a valid cookie names, or a new one. */
  async open(ctx: RequestContext, presentedToken: string | undefined): Promise<OpenedSession> {
    const present = presentedToken && (await this.sessions.findByTokenHash(ctx, hashSecret(presentedToken)));
    if (present) return { session: present };
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const session = await this.sessions.insert(ctx, {
      id: uuidv7(),
      tokenHash: hashSecret(token),
      ownerId: uuidv7(),
      ttlDays: this.config.sessionTtlDays,
    });
    return { session, token };
  }

  /** @throws SessionNotFoundError for a caller without a session. */
  async current(ctx: RequestContext): Promise<SessionRow> {
    const session = await this.sessions.findById(ctx, ctx.principal.id);
    if (!session) throw new SessionNotFoundError();
    return session;
  }

  /**
   * Ends the caller's session at once.
   * @throws SessionNotFoundError for a caller without one, PreconditionFailedError where its If-Match is stale.
   */
  async endCurrent(ctx: RequestContext): Promise<void> {
    const session = await this.current(ctx);
    honourMatch(ctx, toSessionDto(session));
    await this.sessions.delete(ctx, session.id);
  }
}
