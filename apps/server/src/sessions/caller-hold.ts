import { Injectable } from '@nestjs/common';
import { ForbiddenError, type RequestContext, type Scope, UnauthenticatedError } from '@waybill/http';
import { ApiKeysRepository, type Maker } from './api-keys.repository';
import { scopesOfRole } from './roles';
import { SessionsRepository } from './sessions.repository';
import { UsersRepository } from './users.repository';

/**
 * Looks at a caller again in the transaction that gives power beyond the request: an API key, a user, a role. A body may take half a
 * minute to arrive, and the caller may have been signed out, disabled, demoted or revoked meanwhile.
 */
@Injectable()
export class CallerHold {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  /**
   * Gives the context its caller as they are now. The user whom that goes back to is held until the open transaction ends: who
   * changes the user meanwhile waits, and then finds what was made.
   * @param scope what the route demands.
   * @returns whom what is made goes back to.
   * @throws UnauthenticatedError where the caller has ended, ForbiddenError where they have lost the scope.
   */
  async hold(ctx: RequestContext, scope: Scope): Promise<Maker> {
    const { scopes, ...maker } =
      ctx.principal.kind === 'api_key' ? await this.holdKey(ctx) : await this.holdUser(ctx);
    ctx.principal = { ...ctx.principal, scopes };
    if (!scopes.has(scope)) throw new ForbiddenError([scope]);
    return maker;
  }

  private async holdUser(ctx: RequestContext): Promise<Maker & { scopes: ReadonlySet<Scope> }> {
    const { id, userId } = ctx.principal;
    const user = userId === undefined ? undefined : await this.users.hold(ctx, userId);
    // After the wait for the user: what ends the session has committed.
    if (!user || !(await this.sessions.findById(ctx, id))) throw new UnauthenticatedError(true);
    return { createdByUserId: user.id, createdByKeyId: null, scopes: scopesOfRole[user.role] };
  }

  private async holdKey(ctx: RequestContext): Promise<Maker & { scopes: ReadonlySet<Scope> }> {
    const { id } = ctx.principal;
    const createdByUserId = (await this.keys.find(ctx, id))?.createdByUserId ?? null;
    if (createdByUserId !== null) await this.users.hold(ctx, createdByUserId);
    const key = await this.keys.find(ctx, id);
    const hasEnded = !key || key.revokedAt !== null || (key.expiresAt && key.expiresAt <= new Date());
    if (hasEnded) throw new UnauthenticatedError(true);
    return { createdByUserId, createdByKeyId: id, scopes: new Set(key.scopes) };
  }
}
