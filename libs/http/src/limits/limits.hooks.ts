import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Callers } from '../access/callers';
import { factsOf } from '../routes/route-facts';
import type { Standing } from './limiter';
import type { Limits } from './limits';
import { RateLimitedError } from './rate-limited.error';
import { show } from './standings';

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
export function refuseBeyondLimits(fastify: FastifyInstance, limits: Limits, callers: Callers): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.standings) return;
    refuseIfExceeded(request.standings.principal);
    refuseIfExceeded(request.standings.address);
    if (factsOf(request).limit !== 'session_creation' || (await callers.findSession(request, reply))) return;
    request.standings.newSession = await limits.countNewSession(request.context.address);
    show(request.standings, reply);
    refuseIfExceeded(request.standings.newSession);
  });
}

function refuseIfExceeded(standing: Standing | undefined): void {
  if (standing?.exceeded) throw new RateLimitedError(standing.quota, standing.reset);
}
