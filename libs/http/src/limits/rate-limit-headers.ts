import type { FastifyReply } from 'fastify';
import { type RateLimitState, WINDOW_SECONDS } from './limiter';

/** The rate limits that apply to one request. */
export interface RateLimitStates {
  address: RateLimitState;
  principal?: RateLimitState;
  newSession?: RateLimitState;
  /** Set where it binds. */
  badCredentials?: RateLimitState;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Unset where the route is not limited. */
    rateLimits?: RateLimitStates;
  }
}

/**
 * Sets the RateLimit headers (draft-ietf-httpapi-ratelimit-headers-10). The caller's own limit is always shown,
 * the others where they bind.
 */
export function showRateLimits(
  { address, principal, newSession, badCredentials }: RateLimitStates,
  reply: FastifyReply,
): void {
  const shown: [string, RateLimitState][] = [['default', principal ?? address]];
  if (principal && address.exceeded) shown.push(['address', address]);
  if (newSession) shown.push(['session_creation', newSession]);
  if (badCredentials) shown.push(['bad_credentials', badCredentials]);
  reply.header(
    'RateLimit-Policy',
    shown.map(([name, { quota }]) => `"${name}";q=${quota};w=${WINDOW_SECONDS}`).join(', '),
  );
  reply.header(
    'RateLimit',
    shown.map(([name, { remaining, reset }]) => `"${name}";r=${remaining};t=${reset}`).join(', '),
  );
}
