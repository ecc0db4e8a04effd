import type { FastifyReply } from 'fastify';
import { type Standing, WINDOW_SECONDS } from './limiter';

/** Where the caller of one request stands. */
export interface Standings {
  address: Standing;
  principal?: Standing;
  newSession?: Standing;
  /** Set where it binds. */
  badCredentials?: Standing;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Unset where the route is not limited. */
    standings?: Standings;
  }
}

/**
 * Shows on a reply where its caller stands (draft-ietf-httpapi-ratelimit-headers-10). What the caller's own limit leaves
 * matters always, the others where they bind.
 */
export function show(
  { address, principal, newSession, badCredentials }: Standings,
  reply: FastifyReply,
): void {
  const shown: [string, Standing][] = [['default', principal ?? address]];
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
