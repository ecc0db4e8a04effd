import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { redisUrl } from '../../../../test/support/database';
import { BoundedMemory, createLimiter, type Limiter } from './limiter';

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

    it('limits the number of keys: the others share one count until there is room', async () => {
      const memory = new BoundedMemory({ points: 10, duration: 60 }, 2);
      const consumed = async (key: string) => (await memory.consume(key)).consumedPoints;
      expect([await consumed('a'), await consumed('b')]).toEqual([1, 1]);
      expect([await consumed('c'), await consumed('d')]).toEqual([1, 2]);
      expect(await consumed('a')).toBe(2);
      jest.advanceTimersByTime(60_000);
      expect([await consumed('c'), await consumed('d')]).toEqual([1, 1]);
      expect(await consumed('a')).toBe(1);
    });
  });
});

const url = redisUrl();
(url ? describe : describe.skip)('limiters on Redis', () => {
  const prefix = `waybill-test:${randomUUID()}:`;
  const connect = () =>
    new Redis(url as string, { keyPrefix: prefix, commandTimeout: 1_000, maxRetriesPerRequest: 1 });

  it('count together', async () => {
    const clients = [connect(), connect()];
    await Promise.all(clients.map((client) => client.ping()));
    const [one, other] = clients.map((client) => createLimiter('test', 2, client)) as [Limiter, Limiter];
    expect(await one.count('a')).toMatchObject({ remaining: 1, exceeded: false });
    expect(await other.count('a')).toMatchObject({ remaining: 0, exceeded: false });
    expect(await one.count('a')).toMatchObject({ remaining: 0, exceeded: true });
    for (const limiter of [one, other]) await limiter.forgive('a');
    expect(await one.count('a')).toMatchObject({ remaining: 0, exceeded: false });
    await clients[0]?.del('test:a');
    for (const client of clients) client.disconnect();
  });

  it('count per process while Redis is down', async () => {
    const client = connect();
    await client.ping();
    const limiter = createLimiter('test', 1, client);
    client.disconnect();
    expect(await limiter.count('a')).toMatchObject({ remaining: 0, exceeded: false });
    expect(await limiter.count('a')).toMatchObject({ exceeded: true });
    for (let n = 0; n < 2; n++) await limiter.forgive('a');
    expect(await limiter.count('a')).toMatchObject({ exceeded: false });
  });
});
