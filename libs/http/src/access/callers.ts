import type { Principal } from '@waybill/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../limits/limits';
import { RateLimitedError } from '../limits/rate-limited.error';
import { setRateLimitHeaders } from '../limits/rate-limit-headers';
import type { PrincipalResolver } from './principal-resolver';
import { RecentKeys } from './recent-keys';

const MAX_VERIFIED = 10_000;

/**
 * Authenticates callers, and limits how many invalid credentials an address can try. Counts each attempt before the
 * look-up, and subtracts it if the credentials are valid. Does not count credentials that this process has verified
 * before, so that a caller is not refused because of other callers at its address.
 */
export class Callers {
  private readonly verified = new RecentKeys(MAX_VERIFIED);

  constructor(
    private readonly resolver: PrincipalResolver,
    private readonly limits: Pick<Limits, 'countCredentials' | 'forgiveCredentials'>,
  ) {}

  /**
   * Returns the principal of a request's credentials; undefined if they are missing or invalid.
   * @throws RateLimitedError before any look-up.
   */
  async find(request: FastifyRequest, reply: FastifyReply): Promise<Principal | undefined> {
    const { authorization, cookie } = request.headers;
    const secret = this.resolver.secretIn({ authorization, cookie, secure: request.protocol === 'https' });
    if (!secret) return undefined;
    const key = `${secret.kind}:${secret.hash.toString('base64')}`;
    const isVerified = this.verified.touch(key);
    if (!isVerified) await this.count(request, reply);
    const principal = await this.resolver.resolve(request.context, secret).catch(async (error: unknown) => {
      if (!isVerified) await this.limits.forgiveCredentials(request.context.address);
      throw error;
    });
    if (!principal) this.verified.delete(key);
    else if (!isVerified) {
      this.verified.add(key);
      await this.limits.forgiveCredentials(request.context.address);
    }
    return principal;
  }

  /** Like `find`, for a session only. Ignores the cookie of a request with an `Authorization` header. */
  async findSession(request: FastifyRequest, reply: FastifyReply): Promise<Principal | undefined> {
    return request.headers.authorization === undefined ? this.find(request, reply) : undefined;
  }

  private async count(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const state = await this.limits.countCredentials(request.context.address);
    if (!state.exceeded) return;
    if (request.rateLimits)
      setRateLimitHeaders(Object.assign(request.rateLimits, { badCredentials: state }), reply);
    throw new RateLimitedError(state.quota, state.reset, 'unknown credentials');
  }
}
