import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { type Api, connect } from '../support/api';
import { newCustomer } from '../support/callers';
import { eventually } from '../support/poll';
import { describeWithRedisServer, startRedis, type TestRedis } from '../support/redis';
import type { TestServer } from '../support/server';

const boots = aPackage();
/** The first reply waits for Redis up to a limit. Without a limit, it would never arrive. */
const FIRST_REPLY_MS = 15_000;
/** Half of the time that one command waits for Redis. */
const REPLY_MS = 1_000;

describeWithRedisServer('Waybill without its Redis', () => {
  const servers = useServers({ rates: 'scripted' });
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
    servers.onClose(() => redis.stop());
  });

  const start = (role: 'api' | 'worker') => servers.start({ role, env: { REDIS_URL: redis.url } });

  const accept = async (who: Api): Promise<number> => {
    const from = performance.now();
    const { status } = await who.post('/packages', boots);
    expect(status).toBe(202);
    return performance.now() - from;
  };

  /** Median of several replies: waiting for Redis delays every reply, a busy machine only some. */
  const usualTime = async (who: Api, count: number): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < count; n++) times.push(await accept(who));
    return times.toSorted((a, b) => a - b)[Math.floor(count / 2)]!;
  };

  const allPriced = (who: Api, count: number) =>
    eventually(
      async () => {
        const { body } = await who.get('/packages', { query: { has_cost: true, limit: 200 } });
        return body.items.length === count;
      },
      { describe: `${count} packages are priced` },
    );

  describe('that is lost while they run', () => {
    let api: TestServer;
    let worker: TestServer | undefined;

    beforeAll(async () => (api = await start('api')));

    it('does not wait for a Redis that hangs', async () => {
      const who = await newCustomer(await connect(api.url));
      redis.freeze();
      expect(await accept(who)).toBeLessThan(FIRST_REPLY_MS);
      expect(await usualTime(who, 5)).toBeLessThan(REPLY_MS);
      redis.thaw();
      worker = await start('worker');
      await allPriced(who, 6);
    });

    it('accepts packages as fast as before, and prices them when Redis is back, empty', async () => {
      const who = await newCustomer(await connect(api.url));
      // Its job is in the queue and is lost with Redis.
      for (let count = 0; count < 5; count++) await accept(who);
      worker ??= await start('worker');
      await allPriced(who, 5);
      await redis.kill();

      expect(await usualTime(who, 10)).toBeLessThan(REPLY_MS);
      expect((await who.get('/readyz')).status).toBe(200);
      expect((await fetch(`${worker.opsUrl}/livez`)).status).toBe(200);

      await redis.restart();
      await worker.stop();
      worker = await start('worker');
      await allPriced(who, 15);
      for (let count = 0; count < 3; count++) await accept(who);
      await allPriced(who, 18);
      await api.stop();
      await worker.stop();
    });
  });

  it('starts, accepts packages and stops without Redis', async () => {
    await redis.kill();
    const [api, worker] = await Promise.all([start('api'), start('worker')]);
    const who = await newCustomer(await connect(api.url));
    expect(await usualTime(who, 3)).toBeLessThan(REPLY_MS);
    await worker.stop();
    await redis.restart();
    await start('worker');
    await allPriced(who, 3);
    await api.stop();
  });
});
