import { Injectable } from '@nestjs/common';
import type { WorkContext } from '@waybill/database';
import type { Credentials, Principal, PrincipalResolver } from '@waybill/http';
import { hashSecret } from './api-key-format';
import { ApiKeysRepository } from './api-keys.repository';
import { readSessionToken } from './session-cookie';
import { SessionsRepository } from './sessions.repository';

// Longer than any secret of ours; what is longer is not worth a hash and a query.
const MAX_SECRET_LENGTH = 256;

/** Knows callers by their API key or their session. With an `Authorization` header the cookie is ignored, also when the key is bad. */
@Injectable()
export class SessionPrincipalResolver implements PrincipalResolver {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  async resolve(
    ctx: WorkContext,
    { authorization, cookie, secure }: Credentials,
  ): Promise<Principal | undefined> {
    if (authorization !== undefined) return this.byApiKey(ctx, authorization);
    const token = readSessionToken(cookie, secure);
    return token ? this.bySession(ctx, token) : undefined;
  }

  private async byApiKey(ctx: WorkContext, authorization: string): Promise<Principal | undefined> {
    const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (key === undefined || key.length > MAX_SECRET_LENGTH) return undefined;
    const row = await this.keys.findUsable(ctx, hashSecret(key));
    return (
      row && {
        kind: 'api_key',
        id: row.id,
        ownerId: row.ownerId,
        ownerIds: [row.ownerId],
        scopes: new Set(row.scopes),
      }
    );
  }

  private async bySession(ctx: WorkContext, token: string): Promise<Principal | undefined> {
    if (token.length > MAX_SECRET_LENGTH) return undefined;
    const row = await this.sessions.findByTokenHash(ctx, hashSecret(token));
    return (
      row && {
        kind: 'customer',
        id: row.id,
        ownerId: row.ownerId,
        ownerIds: [row.ownerId],
        scopes: new Set(),
      }
    );
  }
}
