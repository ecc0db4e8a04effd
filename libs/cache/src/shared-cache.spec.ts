import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { loadConfig } from '@waybill/config';
import { eventually } from '../../../test/support/poll';
import {
  describeWithRedisServer,
  dropKeys,
  redisTargets,
  startRedis,
  type TestRedis,
  withRedis,
} from '../../../test/support/redis';
import { BoundedRedis } from './bounded-redis';
import { connectToCache } from './redis-connection';
import { SharedCache, type SharedCacheOptions } from './shared-cache';

/** A row that a test changes, in place of PostgreSQL. */
class Row {
  loads = 0;
  constructor(public value: string | undefined) {}
  readonly load = async (): Promise<string | undefined> => {
    this.loads++;
    return this.value;
  };
}

const prefix = `test-${randomBytes(6).toString('hex')}`;
const opened: BoundedRedis[] = [];

/** Opens the cache as one process of the fleet does. */
function open(url: string, options: Partial<SharedCacheOptions> = {}): SharedCache {
  const { redis } = loadConfig('all', { CACHE_REDIS_URL: url });
  const bounded = new BoundedRedis(connectToCache(redis.cache!));
  opened.push(bounded);
  return new SharedCache(bounded, { namespace: `${prefix}:cache`, ...options });
}

beforeAll(() => Logger.overrideLogger(false));
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ connection }) => connection.close()));
});

/** Waits until the value is read from the cache. */
const isCached = (cache: SharedCache, key: string, row: Row) =>
  eventually(
    async () => {
      const before = row.loads;
      await cache.get(key, row.load);
      return row.loads === before;
    },
    { describe: `${key} is read from the cache` },
  );

for (const { name, start } of redisTargets())
  (start ? describe : describe.skip)(`values that processes share in the ${name}`, () => {
    let url: string;
    let stop: () => Promise<void>;
    let serial = 0;
    const newKey = () => `key:${serial++}`;

    beforeAll(async () => {
      ({ url, stop } = await start!());
    });
    afterEach(() => dropKeys(url, prefix));
    afterAll(() => stop());

    it('are loaded once for all processes', async () => {
      const [one, two] = [open(url), open(url)];
      const [key, row] = [newKey(), new Row('a "quoted" Ключ')];
      await isCached(one, key, row);
      await isCached(two, key, row);
      const { loads } = row;
      expect(await one.get(key, row.load)).toBe('a "quoted" Ключ');
      expect(await two.get(key, row.load)).toBe('a "quoted" Ключ');
      expect(row.loads).toBe(loads);
    });

    it('are seen by all processes when an invalidation has returned', async () => {
      const [one, two] = [open(url), open(url)];
      const [key, row] = [newKey(), new Row('0')];
      await isCached(two, key, row);
      for (let n = 1; n <= 50; n++) {
        row.value = String(n);
        await one.invalidate([key]);
        expect(await Promise.all([one, two, two].map((cache) => cache.get(key, row.load)))).toEqual(
          Array.from({ length: 3 }, () => row.value),
        );
      }
    });

    it('are not stored by a reader that began before the write', async () => {
      const [one, two] = [open(url), open(url)];
      const [key, row] = [newKey(), new Row('old')];
      await isCached(one, 'any', new Row('connected'));
      let isLoading = () => {};
      let goOn = () => {};
      const loading = new Promise<void>((resolve) => (isLoading = resolve));
      const written = new Promise<void>((resolve) => (goOn = resolve));
      const early = one.get(key, async () => {
        const value = await row.load();
        isLoading();
        await written;
        return value;
      });
      await loading;
      row.value = 'new';
      await two.invalidate([key]);
      // This reader has the lease now, or its value is stored.
      expect(await two.get(key, row.load)).toBe('new');
      goOn();
      expect(await early).toBe('old');
      await isCached(one, key, row);
      expect(await one.get(key, row.load)).toBe('new');
      expect(await two.get(key, row.load)).toBe('new');
    });

    it('are not stored if there is nothing', async () => {
      const cache = open(url);
      const row = new Row(undefined);
      const key = newKey();
      await isCached(cache, 'any', new Row('connected'));
      expect(await cache.get(key, row.load)).toBeUndefined();
      row.value = 'created';
      await cache.invalidate([key]);
      expect(await cache.get(key, row.load)).toBe('created');
    });

    it('expire with the lease, even if the loading took long', async () => {
      const lifetimeMs = 60_000;
      const cache = open(url, { lifetimeMs });
      const key = newKey();
      await isCached(cache, 'any', new Row('connected'));
      const from = performance.now();
      await cache.get(key, async () => {
        await eventually(() => performance.now() - from > 300, { describe: 'some time has passed' });
        return 'slow';
      });
      await isCached(cache, key, new Row('slow'));
      const left = await withRedis(url, (client) => client.pttl(`${prefix}:cache:${key}`));
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(lifetimeMs - 300);
    });

    it('are invalidated in large numbers', async () => {
      const cache = open(url);
      const keys = Array.from({ length: 1_500 }, () => newKey());
      await isCached(cache, 'any', new Row('connected'));
      await cache.invalidate(keys);
      expect(await cache.get(keys.at(-1)!, new Row('x').load)).toBe('x');
    });
  });

describeWithRedisServer('values that processes share, without their Redis', () => {
  let redis: TestRedis;
  const lifetimeMs = 1_000;

  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  const took = async (work: Promise<unknown>): Promise<number> => {
    const from = performance.now();
    await work;
    return performance.now() - from;
  };

  it('are loaded every time while Redis is down, and cached again afterwards', async () => {
    const cache = open(redis.url, { lifetimeMs });
    const row = new Row('a');
    await isCached(cache, 'key', row);
    await redis.kill();
    for (const value of ['b', 'c']) {
      row.value = value;
      expect(await cache.get('key', row.load)).toBe(value);
    }
    await redis.restart();
    await isCached(cache, 'key', row);
  });

  it('are invalidated as soon as Redis is back', async () => {
    const cache = open(redis.url, { lifetimeMs: 60_000 });
    await isCached(cache, 'key', new Row('a'));
    await redis.kill();
    const invalidated = cache.invalidate(['key']);
    await redis.restart();
    await invalidated; // would take a minute otherwise
  });

  // Readers still reach a Redis that the writer does not.
  it('are not returned after an invalidation that could not reach Redis', async () => {
    const reader = open(redis.url, { lifetimeMs });
    const writer = open('redis://127.0.0.1:9', { lifetimeMs });
    const row = new Row('old');
    await isCached(reader, 'key', row);
    row.value = 'new';
    const waited = await took(writer.invalidate(['key']));
    expect(await reader.get('key', row.load)).toBe('new');
    expect(waited).toBeGreaterThanOrEqual(lifetimeMs);
  });

  it('are not returned by a Redis that hung during the write', async () => {
    const [reader, writer] = [open(redis.url, { lifetimeMs }), open(redis.url, { lifetimeMs })];
    const row = new Row('old');
    await isCached(reader, 'key', row);
    await isCached(writer, 'key', row);
    redis.freeze();
    row.value = 'new';
    await writer.invalidate(['key']);
    redis.thaw();
    await eventually(() => reader.get('other', async () => 'x'), { describe: 'Redis answers' });
    expect(await reader.get('key', row.load)).toBe('new');
    await isCached(reader, 'key', row);
    expect(await reader.get('key', row.load)).toBe('new');
  });
});

describe('values without a Redis', () => {
  it('are loaded every time', async () => {
    const cache = new SharedCache(undefined, { namespace: prefix });
    const row = new Row('a');
    await cache.get('key', row.load);
    expect(await cache.get('key', row.load)).toBe('a');
    expect(row.loads).toBe(2);
    await cache.invalidate(['key']);
  });
});
