import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PrincipalResolver } from '../access/principal';
import { factsOf } from '../routes/route-facts';
import { type Standing, WINDOW_SECONDS } from './limiter';
import type { Limits } from './limits';
import { RateLimitedError } from './rate-limited.error';

/** Where the caller of one request stands. */
interface Standings {
  address: Standing;
  principal?: Standing;
  newSession?: Standing;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Unset where the route is not limited. */
    standings?: Standings;
  }
}

/** Counts a request for its address, before anything can refuse it, and shows on its reply where the caller stands. */
export async function countAddress(
  limits: Limits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  request.standings = { address: await limits.countAddress(request.context.address) };
  show(request.standings, reply);
}

/** Counts every request for its address; see `countAddress`. */
export function countAddresses(fastify: FastifyInstance, limits: Limits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (factsOf(request).limit !== 'none') await countAddress(limits, request, reply);
  });
}

/** Counts a request for the principal that was found to make it. */
export function countPrincipals(fastify: FastifyInstance, limits: Limits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const principal = request.context.principalIfAny;
    if (!principal || !request.standings) return;
    request.standings.principal = await limits.countPrincipal(principal.id);
    show(request.standings, reply);
  });
}

/** Refuses whoever has used a limit up. It stands after all that is refused for good, as trying again won't help there. */
export function refuseBeyondLimits(
  fastify: FastifyInstance,
  limits: Limits,
  resolver: PrincipalResolver,
): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.standings) return;
    refuseIfExceeded(request.standings.principal);
    refuseIfExceeded(request.standings.address);
    if (factsOf(request).limit !== 'session_creation' || (await hasSession(resolver, request))) return;
    request.standings.newSession = await limits.countNewSession(request.context.address);
    show(request.standings, reply);
    refuseIfExceeded(request.standings.newSession);
  });
}

function refuseIfExceeded(standing: Standing | undefined): void {
  if (standing?.exceeded) throw new RateLimitedError(standing.quota, standing.reset);
}

// Whoever has a session gets that one, and opens none.
async function hasSession(
  resolver: PrincipalResolver,
  { context, headers, protocol }: FastifyRequest,
): Promise<boolean> {
  if (headers.cookie === undefined) return false;
  const credentials = { authorization: undefined, cookie: headers.cookie, secure: protocol === 'https' };
  return (await resolver.resolve(context, credentials)) !== undefined;
}

// draft-ietf-httpapi-ratelimit-headers-10. What the caller's own limit leaves matters always, the others where they bind.
function show({ address, principal, newSession }: Standings, reply: FastifyReply): void {
  const shown: [string, Standing][] = [['default', principal ?? address]];
  if (principal && address.exceeded) shown.push(['address', address]);
  if (newSession) shown.push(['session_creation', newSession]);
  reply.header(
    'RateLimit-Policy',
    shown.map(([name, { quota }]) => `"${name}";q=${quota};w=${WINDOW_SECONDS}`).join(', '),
  );
  reply.header(
    'RateLimit',
    shown.map(([name, { remaining, reset }]) => `"${name}";r=${remaining};t=${reset}`).join(', '),
  );
}
