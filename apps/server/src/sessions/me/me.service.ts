import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@waybill/core';
import { type ApiKeyRow, ApiKeysRepository } from '../api-keys/api-keys.repository';
import { SessionNotFoundError } from '../sessions/sessions.errors';
import { type SessionRow, SessionsRepository } from '../sessions/sessions.repository';
import { type UserRow, UsersRepository } from '../users/users.repository';
import type { MeDto } from './me.dto';

/** Describes the caller of a request. */
@Injectable()
export class MeService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
    private readonly users: UsersRepository,
  ) {}

  /** @throws SessionNotFoundError if the session or the key ended during the request. */
  async get(ctx: RequestContext): Promise<MeDto> {
    const { kind, id, userId, scopes } = ctx.principal;
    const key = kind === 'api_key' ? await this.keys.find(ctx, id) : undefined;
    const credential: SessionRow | ApiKeyRow | undefined = key ?? (await this.sessions.findById(ctx, id));
    if (!credential) throw new SessionNotFoundError();
    const user = userId === undefined ? undefined : await this.users.find(ctx, userId);
    return {
      kind,
      id,
      user: user ? toMyUser(user) : null,
      api_key: key ? { name: key.name, prefix: key.prefix } : null,
      scopes: [...scopes].toSorted(),
      expires_at: credential.expiresAt,
    };
  }
}

const toMyUser = ({ id, email, role }: UserRow): MeDto['user'] => ({ id, email, role });
