import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { randomBytes } from 'node:crypto';
import { connect, type Api } from '../support/api';
import { openSession } from '../support/callers';
import { eventually } from '../support/poll';
import { dropKeys, redisTargets } from '../support/redis';

const boots = aPackage();

for (const { name, start } of redisTargets())
  (start ? describe : describe.skip)(
    `two api and two worker processes on one PostgreSQL and one ${name}`,
    () => {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const { upstream, onClose, start: startOne } = useServers({ rates: 'scripted' });
      /** The same caller, with requests to the api processes in turn. */
      let fetchInTurn: () => Api;

      beforeAll(async () => {
        const redis = await start!();
        onClose(redis.stop);
        onClose(() => dropKeys(redis.url, prefix));
        const env = { REDIS_URL: redis.url, REDIS_PREFIX: prefix, LIMIT_PRINCIPAL_PER_MINUTE: '1000' };
        const roles = ['api', 'api', 'worker', 'worker'] as const;
        const servers = await Promise.all(roles.map((role) => startOne({ role, env })));
        const apis = await Promise.all(servers.slice(0, 2).map(({ url }) => connect(url)));
        const cookie = await openSession(apis[0]!);
        const callers = apis.map((api) => api.as({ cookie }));
        let turn = 0;
        fetchInTurn = () => callers[turn++ % callers.length]!;
      });

      it('register, price and show packages while requests alternate between processes', async () => {
        const accepted = await Promise.all(
          Array.from({ length: 20 }, () => fetchInTurn().post('/packages', boots)),
        );
        expect(accepted.map(({ status }) => status)).toEqual(accepted.map(() => 202));
        const ids: number[] = [];
        for (const { headers } of accepted) {
          const done = await eventually(
            async () => {
              const { body } = await fetchInTurn().get(headers.location as string);
              return body.state !== 'pending' && body;
            },
            { describe: 'the registration is finished' },
          );
          expect(done).toMatchObject({ state: 'succeeded', problem: null });
          ids.push(done.package_id);
        }
        expect(new Set(ids).size).toBe(20);
        for (const id of ids.slice(0, 2)) {
          const { body } = await fetchInTurn().get(`/packages/${id}`);
          expect(body).toMatchObject({ id, cost: { amount: '72.24', currency: 'RUB' } });
        }
        const { body: first } = await fetchInTurn().get('/packages', { query: { limit: 12 } });
        const { body: second } = await fetchInTurn().get('/packages', {
          query: { limit: 12, cursor: first.next_cursor },
        });
        const listed = [...first.items, ...second.items].map(({ id }: { id: number }) => id);
        expect(listed.toSorted((a, b) => a - b)).toEqual(ids.toSorted((a, b) => a - b));
      });

      it('fetch rates once, not per package', () => {
        const asked = upstream.requests.filter(({ source }) => source === 'json').length;
        // Fetches at the start: the hourly refresh or the first price, and on weekday afternoons also the refresh after publication.
        expect(asked).toBeGreaterThanOrEqual(1);
        expect(asked).toBeLessThanOrEqual(2);
      });

      it('replay a reply that another process stored', async () => {
        const headers = { 'Idempotency-Key': randomBytes(8).toString('hex') };
        const first = await fetchInTurn().post('/packages', boots, { headers });
        const second = await fetchInTurn().post('/packages', boots, { headers });
        expect([first.status, second.status]).toEqual([202, 202]);
        expect(second.body).toEqual(first.body);
        expect(second.headers['idempotent-replayed']).toBe('true');
      });

      it('share one rate limit', async () => {
        const left = async () =>
          Number(/r=(\d+)/.exec((await fetchInTurn().get('/packages')).headers.ratelimit!)?.[1]);
        const [one, other] = [await left(), await left()];
        expect(one - other).toBe(1);
      });

      it('refuse an ended session at once', async () => {
        expect((await fetchInTurn().delete('/sessions/current')).status).toBe(204);
        expect((await fetchInTurn().get('/packages')).status).toBe(401);
        expect((await fetchInTurn().get('/packages')).status).toBe(401);
      });
    },
  );
