import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Callers } from '../access/callers';
import { routeMetadataOf } from '../routes/route-metadata';
import type { RateLimitState } from './limiter';
import type { Limits } from './limits';
import { RateLimitedError } from './rate-limited.error';
import { showRateLimits } from './rate-limit-headers';

/** Counts a request for its address before anything can refuse it, and adds the rate-limit headers to the reply. */
export async function countAddress(
  limits: Limits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  request.rateLimits = { address: await limits.countAddress(request.context.address) };
  showRateLimits(request.rateLimits, reply);
}

/** Counts every request for its address; see `countAddress`. */
export function countAddresses(fastify: FastifyInstance, limits: Limits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (routeMetadataOf(request).limit !== 'none') await countAddress(limits, request, reply);
  });
}

/** Counts a request for its principal. */
export function countPrincipals(fastify: FastifyInstance, limits: Limits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const principal = request.context.principalIfAny;
    if (!principal || !request.rateLimits) return;
    request.rateLimits.principal = await limits.countPrincipal(principal.id);
    showRateLimits(request.rateLimits, reply);
  });
}

/**
 * Refuses callers that have used up a limit. Runs after the permanent refusals, because a retry does not help there.
 */
export function enforceRateLimits(fastify: FastifyInstance, limits: Limits, callers: Callers): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.rateLimits) return;
    refuseIfExceeded(request.rateLimits.principal);
    refuseIfExceeded(request.rateLimits.address);
    if (routeMetadataOf(request).limit !== 'session_creation' || (await callers.findSession(request, reply)))
      return;
    request.rateLimits.newSession = await limits.countNewSession(request.context.address);
    showRateLimits(request.rateLimits, reply);
    refuseIfExceeded(request.rateLimits.newSession);
  });
}

function refuseIfExceeded(state: RateLimitState | undefined): void {
  if (state?.exceeded) throw new RateLimitedError(state.quota, state.reset);
}
