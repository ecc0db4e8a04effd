import type { FastifyReply } from 'fastify';
import { WINDOW_SECONDS } from './counters';
import type { RateLimitState } from './limiter';

/** Rate limits that apply to one request. */
export interface RateLimitStates {
  address: RateLimitState;
  principal?: RateLimitState;
  newSession?: RateLimitState;
  /** Set only if this limit is the binding one. */
  badCredentials?: RateLimitState;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Unset if the route has no limit. */
    rateLimits?: RateLimitStates;
  }
}

/**
 * Sets the RateLimit headers (draft-ietf-httpapi-ratelimit-headers-10). Always includes the caller's own limit;
 * includes the others only where they are binding.
 */
export function setRateLimitHeaders(
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
