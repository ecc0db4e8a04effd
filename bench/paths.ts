import type { BenchPath } from './bench';
import type { Request } from './client/load';
import { httpPath } from './http-path';
import { jobsPath } from './jobs-path';
import { overloadPath } from './overload-path';
import { registration, type Seed } from './seed';
import { startPath } from './start-path';
import { streamPath } from './stream-path';

const get = (path: string, cookie?: string): Request => ({
  method: 'GET',
  path,
  ...(cookie !== undefined && { headers: { cookie } }),
});

const onePackage = ({ callers }: Seed): Request[] =>
  callers.flatMap(({ cookie, packageIds }) => packageIds.map((id) => get(`/api/v1/packages/${id}`, cookie)));

/** Maximum memory of a server during the measurement, in MB. */
export const RSS_UNDER_BENCH = 250;

/**
 * Measured paths, in this order. `target` is the ratio to the baseline that a path should reach (docs/adr/0014-a-bench-of-ratios.md).
 */
export const PATHS: BenchPath[] = [
  httpPath({
    name: 'livez',
    description: 'GET /livez; bare: Nest on Fastify with the same reply',
    target: 0.6,
    baseline: 'nest-reply',
    requests: () => [get('/livez')],
  }),
  httpPath({
    name: 'types',
    description: 'GET /types, cached; bare: Nest on Fastify with the same reply',
    target: 0.6,
    baseline: 'nest-reply',
    requests: () => [get('/api/v1/types')],
  }),
  httpPath({
    name: 'orders-get',
    description: 'GET an order with a session, from memory; bare: Fastify with the same text',
    target: 0.7,
    baseline: 'fastify-reply',
    requests: ({ callers, orderUid }) => [get(`/api/v1/orders/${orderUid}`, callers[0]!.cookie)],
  }),
  httpPath({
    name: 'packages-get',
    description: 'GET a package with a session; bare: Fastify, session row, package row',
    target: 0.7,
    baseline: 'packages-get',
    requests: onePackage,
  }),
  httpPath({
    name: 'packages-list',
    description: 'GET 50 packages with a session; bare: Fastify, session row, the same rows',
    target: 0.6,
    baseline: 'packages-list',
    requests: ({ callers }) => callers.map(({ cookie }) => get('/api/v1/packages', cookie)),
  }),
  httpPath({
    name: 'packages-post',
    description: 'POST a package, durable 202; bare: Fastify, one committed INSERT',
    target: 0.5,
    needs: 'redis',
    baseline: 'packages-post',
    requests: ({ callers }) => callers.map(({ cookie }) => registration(cookie)),
    compareLengthOnly: true,
  }),
  jobsPath({
    name: 'registered-to-priced',
    description: 'a worker prices registrations, on Redis; bare: a BullMQ job, one committed INSERT',
    target: 0.4,
    on: 'redis',
  }),
  jobsPath({
    name: 'registered-to-priced-embedded',
    description: 'the same on the queue in PostgreSQL',
    target: 0.4,
    on: 'postgres',
  }),
  streamPath({
    name: 'orders-stream',
    description:
      'a worker stores the order stream of NATS; bare: one INSERT of the same rows for 500 messages',
    target: 0.6,
  }),
  startPath({ readySeconds: 1.5, idleMb: 150 }),
  overloadPath({
    name: 'overload',
    description: 'GET packages at three times capacity, open load: goodput as a share of the peak',
    target: 0.8,
    requests: onePackage,
  }),
];
