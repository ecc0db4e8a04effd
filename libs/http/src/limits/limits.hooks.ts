import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Callers } from '../access/callers';
import { routeMetadataOf } from '../routes/route-metadata';
import type { RateLimitState } from './limiter';
import type { Limits } from './limits';
import { RateLimitedError } from './rate-limited.error';
import { setRateLimitHeaders } from './rate-limit-headers';
import { whenDone } from '../when-done';

/** Counts a request against the limit of its IP address before anything can refuse it, and adds the rate-limit headers to the reply. */
export async function countAddress(
  limits: Limits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  request.rateLimits = { address: await limits.countAddress(request.context.address) };
  setRateLimitHeaders(request.rateLimits, reply);
}

/** Counts every request against the limit of its IP address; see `countAddress`. */
export function countAddresses(fastify: FastifyInstance, limits: Limits): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (routeMetadataOf(request).limit === 'none') return done();
    whenDone(countAddress(limits, request, reply), done);
  });
}

/** Counts every request against the limit of its principal. */
export function countPrincipals(fastify: FastifyInstance, limits: Limits): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const principal = request.context.principalIfAny;
    const { rateLimits } = request;
    if (!principal || !rateLimits) return done();
    const count = async () => {
      rateLimits.principal = await limits.countPrincipal(principal.id);
      setRateLimitHeaders(rateLimits, reply);
    };
    whenDone(count(), done);
  });
}

/**
 * Refuses callers that have used up a limit. Runs after the permanent refusals, because a retry would not change those.
 */
export function enforceRateLimits(fastify: FastifyInstance, limits: Limits, callers: Callers): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.rateLimits) return done();
    const { principal, address } = request.rateLimits;
    const refusal = refusalOf(principal) ?? refusalOf(address);
    if (refusal || routeMetadataOf(request).limit !== 'session_creation') return done(refusal);
    whenDone(countNewSession(request, reply, limits, callers), done);
  });
}

async function countNewSession(
  request: FastifyRequest,
  reply: FastifyReply,
  limits: Limits,
  callers: Callers,
): Promise<void> {
  if (!request.rateLimits || (await callers.findSession(request, reply))) return;
  request.rateLimits.newSession = await limits.countNewSession(request.context.address);
  setRateLimitHeaders(request.rateLimits, reply);
  const refusal = refusalOf(request.rateLimits.newSession);
  if (refusal) throw refusal;
}

const refusalOf = (state: RateLimitState | undefined): RateLimitedError | undefined =>
  state?.exceeded ? new RateLimitedError(state.quota, state.reset) : undefined;
