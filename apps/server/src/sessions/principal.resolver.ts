import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal, TransactionContext } from '@waybill/core';
import type { Credentials, PresentedSecret, PrincipalResolver } from '@waybill/http';
import { hashSecret } from './api-keys/api-key-format';
import { ApiKeysRepository } from './api-keys/api-keys.repository';
import { LastUse } from './last-use';
import { readSessionToken } from './sessions/session-cookie';
import { type SessionCaller, SessionsRepository } from './sessions/sessions.repository';
import { scopesOfRole } from './users/roles';

// Longer than any valid secret. A longer one is rejected without a hash or a query.
const MAX_SECRET_LENGTH = 256;

/**
 * Authenticates callers by their API key or session. Ignores the cookie of a request with an `Authorization` header,
 * even if the key is invalid.
 */
@Injectable()
export class SessionPrincipalResolver implements PrincipalResolver {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
    private readonly lastUse: LastUse,
  ) {}

  secretIn({ authorization, cookie, secure }: Credentials): PresentedSecret | undefined {
    const [kind, secret] =
      authorization === undefined
        ? (['session', readSessionToken(cookie, secure)] as const)
        : (['api_key', /^Bearer +(\S+)$/i.exec(authorization)?.[1]] as const);
    if (secret === undefined || secret.length > MAX_SECRET_LENGTH) return undefined;
    return { kind, hash: hashSecret(secret) };
  }

  resolve(ctx: TransactionContext, { kind, hash }: PresentedSecret): Promise<Principal | undefined> {
    return kind === 'api_key' ? this.byApiKey(ctx, hash) : this.bySession(ctx, hash);
  }

  private async byApiKey(ctx: TransactionContext, keyHash: Buffer): Promise<Principal | undefined> {
    const row = await this.keys.findUsable(ctx, keyHash);
    if (!row || !timingSafeEqual(row.keyHash, keyHash)) return undefined;
    if (row.isStale) this.lastUse.noteKey(row.id);
    const { id, ownerId } = row;
    return { kind: 'api_key', id, ownerId, ownerIds: [ownerId], scopes: new Set(row.scopes) };
  }

  private async bySession(ctx: TransactionContext, tokenHash: Buffer): Promise<Principal | undefined> {
    const caller = await this.sessions.findCaller(ctx, tokenHash);
    if (caller?.isStale) this.lastUse.noteSession(caller.id);
    return caller && principalOf(caller);
  }
}

function principalOf({ id, ownerId, ownerIds, userId, role }: SessionCaller): Principal {
  return userId === null || role === null
    ? { kind: 'customer', id, ownerId, ownerIds, scopes: new Set() }
    : { kind: 'staff', id, userId, ownerId, ownerIds, scopes: scopesOfRole(role) };
}
