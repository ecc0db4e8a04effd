import { Injectable } from '@nestjs/common';
import type { RequestContext, Scope } from '@waybill/core';
import { CallerEndedError, CallerScopeLostError } from './api-keys/api-keys.errors';
import { ApiKeysRepository, type Maker } from './api-keys/api-keys.repository';
import { SessionsRepository } from './sessions/sessions.repository';
import { scopesOfRole } from './users/roles';
import { UsersRepository } from './users/users.repository';

type CurrentCaller = Maker & { scopes: ReadonlySet<Scope> };

/**
 * Checks the caller again inside a transaction that grants lasting access: an API key, a user, a role. A body may take
 * 30 seconds to arrive. Meanwhile, the caller may have been signed out, disabled, demoted or revoked.
 */
@Injectable()
export class CallerLock {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  /**
   * Updates the context's principal to its current scopes, and locks the caller's user until the transaction ends. A
   * concurrent change of that user waits, and then sees what this transaction created.
   * @param scope the scope that the route requires.
   * @returns the creator to record on what the caller creates.
   * @throws CallerEndedError if the caller's session or key has ended, CallerScopeLostError if the caller lost the
   *   scope.
   */
  async lock(ctx: RequestContext, scope: Scope): Promise<Maker> {
    const { scopes, ...maker } =
      ctx.principal.kind === 'api_key' ? await this.lockKey(ctx) : await this.lockUser(ctx);
    ctx.principal = { ...ctx.principal, scopes };
    if (!scopes.has(scope)) throw new CallerScopeLostError(scope);
    return maker;
  }

  private async lockUser(ctx: RequestContext): Promise<CurrentCaller> {
    const { id, userId } = ctx.principal;
    const user = userId === undefined ? undefined : await this.users.lockShared(ctx, userId);
    // Read after the lock: a change that ended the session is committed by now.
    if (!user || !(await this.sessions.findById(ctx, id))) throw new CallerEndedError();
    return { createdByUserId: user.id, createdByKeyId: null, scopes: scopesOfRole(user.role) };
  }

  private async lockKey(ctx: RequestContext): Promise<CurrentCaller> {
    const { id } = ctx.principal;
    const createdByUserId = (await this.keys.find(ctx, id))?.createdByUserId ?? null;
    if (createdByUserId !== null) await this.users.lockShared(ctx, createdByUserId);
    const key = await this.keys.find(ctx, id);
    const hasEnded = !key || key.revokedAt !== null || (key.expiresAt && key.expiresAt <= new Date());
    if (hasEnded) throw new CallerEndedError();
    return { createdByUserId, createdByKeyId: id, scopes: new Set(key.scopes) };
  }
}
