import type { Principal } from '@waybill/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimitedError } from '../limits/rate-limited.error';
import { createLimiter } from '../limits/limiter';
import { Callers } from './callers';
import type { PresentedSecret, PrincipalResolver } from './principal-resolver';

const QUOTA = 3;

/** Credentials that begin with "good" are valid. */
function start() {
  const limiter = createLimiter('test', QUOTA);
  const lookedUp: string[] = [];
  const state = { down: false };
  const resolver: PrincipalResolver = {
    secretIn: ({ authorization, cookie }): PresentedSecret | undefined =>
      authorization === undefined
        ? cookie === undefined
          ? undefined
          : { kind: 'session', hash: Buffer.from(cookie) }
        : { kind: 'api_key', hash: Buffer.from(authorization) },
    resolve: (_, { hash }) => {
      const id = String(hash);
      lookedUp.push(id);
      if (state.down) return Promise.reject(new Error('The database is away'));
      const principal: Principal = { kind: 'api_key', id, ownerId: id, ownerIds: [], scopes: new Set() };
      return Promise.resolve(id.startsWith('good') ? principal : undefined);
    },
  };
  const callers = new Callers(resolver, {
    countCredentials: limiter.count,
    forgiveCredentials: limiter.forgive,
  });
  const find = (authorization: string | undefined, cookie?: string) =>
    callers.find(requestOf({ authorization, cookie }), reply);
  return { callers, find, lookedUp, state };
}

const reply = {} as FastifyReply;
const requestOf = (headers: object) =>
  ({ headers, protocol: 'http', context: { address: '192.0.2.1' } }) as FastifyRequest;

describe('Callers', () => {
  it('look up a limited number of invalid credentials per address, and all that were valid before', async () => {
    const { find, lookedUp } = start();
    await find('good');
    for (let n = 0; n < QUOTA; n++) expect(await find(`bad ${n}`)).toBeUndefined();
    await expect(find('bad')).rejects.toThrow(RateLimitedError);
    await expect(find('good too')).rejects.toThrow(RateLimitedError);
    expect(await find('good')).toMatchObject({ id: 'good' });
    expect(lookedUp).toEqual(['good', 'bad 0', 'bad 1', 'bad 2', 'good']);
  });

  it('keep the limit for concurrent requests', async () => {
    const { find, lookedUp } = start();
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => find(`bad ${n}`)));
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(20 - QUOTA);
    expect(lookedUp).toHaveLength(QUOTA);
  });

  it('do not count credentials while they cannot be looked up', async () => {
    const { find, state } = start();
    state.down = true;
    for (let n = 0; n < 2 * QUOTA; n++) await expect(find(`good ${n}`)).rejects.toThrow('away');
    state.down = false;
    expect(await find('good')).toMatchObject({ id: 'good' });
  });

  it('read a session only from the cookie, and only without an Authorization header', async () => {
    const { callers, lookedUp } = start();
    const session = (headers: object) => callers.findSession(requestOf(headers), reply);
    expect(await session({ cookie: 'good' })).toMatchObject({ id: 'good' });
    expect(await session({ cookie: 'good', authorization: '' })).toBeUndefined();
    expect(await session({ cookie: 'good', authorization: 'good key' })).toBeUndefined();
    expect(lookedUp).toEqual(['good']);
  });
});
