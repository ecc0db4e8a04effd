import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { redisUrl } from '../../../../test/support/database';
import { MemoryCounters } from './counters';
import { createLimiter, type Limiter } from './limiter';
import { RedisCounters } from './redis-counters';

const countTimes = async (limiter: Limiter, key: string, times: number) => {
  const rateLimits = [];
  for (let time = 0; time < times; time++) rateLimits.push(await limiter.count(key));
  return rateLimits;
};

describe('a limiter in memory', () => {
  it('reports the remaining count and the reset time of each key', async () => {
    const limiter = createLimiter('test', 2);
    const [first, second, third] = await countTimes(limiter, 'a', 3);
    expect(first).toEqual({ quota: 2, remaining: 1, reset: 60, exceeded: false });
    expect(second).toMatchObject({ remaining: 0, exceeded: false });
    expect(third).toMatchObject({ remaining: 0, exceeded: true });
    expect(await limiter.count('b')).toMatchObject({ remaining: 1, exceeded: false });
  });

  it('subtracts a counted request of one key', async () => {
    const limiter = createLimiter('test', 1);
    await countTimes(limiter, 'a', 1);
    await countTimes(limiter, 'b', 1);
    await limiter.forgive('a');
    expect(await limiter.count('a')).toMatchObject({ exceeded: false });
    expect(await limiter.count('b')).toMatchObject({ exceeded: true });
  });

  describe('over time', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('resets a minute after the first request', async () => {
      const limiter = createLimiter('test', 1);
      await limiter.count('a');
      jest.advanceTimersByTime(30_500);
      expect(await limiter.count('a')).toEqual({ quota: 1, remaining: 0, reset: 30, exceeded: true });
      jest.advanceTimersByTime(29_500);
      expect(await limiter.count('a')).toMatchObject({ reset: 60, exceeded: false });
    });

    it('limits the number of keys: further keys share one count until others expire', () => {
      const memory = new MemoryCounters(2);
      const count = (key: string) => memory.add(key, 1).count;
      expect([count('a'), count('b')]).toEqual([1, 1]);
      expect([count('c'), count('d')]).toEqual([1, 2]);
      expect(count('a')).toBe(2);
      jest.advanceTimersByTime(60_000);
      expect([count('c'), count('d')]).toEqual([1, 1]);
      expect(count('a')).toBe(1);
    });
  });
});

const url = redisUrl();
(url ? describe : describe.skip)('limiters on Redis', () => {
  const prefix = `waybill-test:${randomUUID()}:`;
  const clients: Redis[] = [];
  const connect = () => {
    const client = new Redis(url as string, {
      keyPrefix: prefix,
      commandTimeout: 1_000,
      maxRetriesPerRequest: 1,
    });
    clients.push(client);
    return client;
  };
  afterEach(() => clients.splice(0).forEach((client) => client.disconnect()));

  it('share their counts', async () => {
    const both = [connect(), connect()];
    await Promise.all(both.map((client) => client.ping()));
    const [one, other] = both.map((client) => createLimiter('test', 2, new RedisCounters(client))) as [
      Limiter,
      Limiter,
    ];
    expect(await one.count('a')).toMatchObject({ remaining: 1, exceeded: false });
    expect(await other.count('a')).toMatchObject({ remaining: 0, exceeded: false });
    expect(await one.count('a')).toMatchObject({ remaining: 0, exceeded: true });
    for (const limiter of [one, other]) await limiter.forgive('a');
    expect(await one.count('a')).toMatchObject({ remaining: 0, exceeded: false });
    await both[0]?.del('test:a');
  });

  it('count concurrent requests one by one, in one command', async () => {
    const client = connect();
    await client.ping();
    const counters = new RedisCounters(client);
    const send = jest.spyOn(client, 'sendCommand');
    const [one, other] = [createLimiter('one', 9, counters), createLimiter('other', 9, counters)];
    const counted = await Promise.all([
      ...[one.count('a'), other.count('a'), one.count('a'), one.count('b')],
      ...[one.forgive('b'), one.count('a'), one.count('b')],
    ]);
    expect(send).toHaveBeenCalledTimes(1);
    expect(counted.map((state) => state?.remaining)).toEqual([8, 8, 7, 8, undefined, 6, 8]);
    await client.del('one:a', 'one:b', 'other:a');
  });

  it('set an expiry on a counter without one', async () => {
    const client = connect();
    await client.set('test:old', 1);
    const state = await createLimiter('test', 9, new RedisCounters(client)).count('old');
    expect(state).toEqual({ quota: 9, remaining: 7, reset: 60, exceeded: false });
    expect(await client.ttl('test:old')).toBe(60);
    await client.del('test:old');
  });

  it('count in a cluster', async () => {
    // Its client sends each key to the key's own node.
    const sent: unknown[][] = [];
    const cluster = {
      ...{ status: 'ready', isCluster: true, defineCommand: () => undefined },
      waybillCount: (...args: unknown[]) => {
        sent.push(args);
        return Promise.resolve([3, 4_000]);
      },
    };
    const limiter = createLimiter('test', 9, new RedisCounters(cluster));
    const states = await Promise.all([limiter.count('a'), limiter.count('b')]);
    const state = { quota: 9, remaining: 6, reset: 4, exceeded: false };
    expect(states).toEqual([state, state]);
    expect(sent).toEqual([
      [1, 'test:a', 1],
      [1, 'test:b', 1],
    ]);
  });

  it('count separately while Redis is down', async () => {
    const client = connect();
    await client.ping();
    const limiter = createLimiter('test', 1, new RedisCounters(client));
    client.disconnect();
    expect(await limiter.count('a')).toMatchObject({ remaining: 0, exceeded: false });
    expect(await limiter.count('a')).toMatchObject({ exceeded: true });
    for (let n = 0; n < 2; n++) await limiter.forgive('a');
    expect(await limiter.count('a')).toMatchObject({ exceeded: false });
  });
});
