import type { Cache } from 'cache-manager';
import { eventually } from '../../../test/support/poll';
import {
  describeWithRedisServer,
  startRedis,
  startRedisCluster,
  type TestRedis,
} from '../../../test/support/redis';
import { type CacheProcess, startCache } from '../test/harness';

/** One operation may take half a second. */
const BOUND_MS = 900;
const many = Array.from({ length: 30 }, (_, index) => `key:${index}`);

describeWithRedisServer('the cache without its Redis', () => {
  let redis: TestRedis;
  let process: CacheProcess | undefined;

  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await process?.close();
    process = undefined;
    await redis.stop();
  });

  it('stores nothing until Redis is up', async () => {
    await redis.kill();
    process = await startCache(redis.url, 'test');
    await missesInTime(process);
    await redis.restart();
    await keeps(process, many);
    expect(process.warnings).toEqual([expect.stringContaining('cache Redis unavailable: ')]);
  });

  it('misses while Redis is down and works again afterwards', async () => {
    process = await startCache(redis.url, 'test');
    await keeps(process, many);
    await redis.kill();
    await missesInTime(process);
    await redis.restart();
    await keeps(process, many);
  });

  it('misses while Redis hangs, and soon stops sending commands', async () => {
    process = await startCache(redis.url, 'test');
    await keeps(process, many);
    redis.freeze();
    await missesInTime(process);
    const { cache } = process;
    const series = async () => {
      for (const key of many) await cache.get(key);
    };
    // 30 waits one after another would take 15 s.
    expect(await took(series())).toBeLessThan(3_000);
    redis.thaw();
    await keeps(process, many);
  });

  it('computes values that it cannot find and drops values that it cannot store', async () => {
    process = await startCache(redis.url, 'test');
    await redis.kill();
    const { cache } = process;
    expect(await cache.wrap('key', async () => 'computed', 1_000)).toBe('computed');
    await expect(cache.clear()).resolves.toBe(true);
    await expect(cache.mdel(many)).resolves.toBe(true);
  });

  it('misses only the keys of a lost cluster master', async () => {
    const cluster = await startRedisCluster();
    try {
      process = await startCache(cluster.url, 'test');
      const { cache } = process;
      await keeps(process, many);
      await cluster.nodes[1]!.kill();
      await findsSome(cache);
      const late = await startCache(cluster.url, 'test');
      await findsSome(late.cache).finally(() => late.close());
      await cluster.nodes[1]!.restart();
      await keeps(process, many);
    } finally {
      await cluster.stop();
    }
  });

  it('starts without its cluster and stores again when that is up', async () => {
    const cluster = await startRedisCluster();
    try {
      await Promise.all(cluster.nodes.map((node) => node.kill()));
      process = await startCache(cluster.url, 'test');
      await missesInTime(process);
      await Promise.all(cluster.nodes.map((node) => node.restart()));
      await keeps(process, many);
    } finally {
      await cluster.stop();
    }
  });
});

async function findsSome(cache: Cache): Promise<void> {
  await eventually(
    async () => {
      const found = (await Promise.all(many.map((key) => cache.get(key)))).filter(Boolean).length;
      return found > 10 && found < many.length;
    },
    { describe: 'the two other nodes answer', everyMs: 300 },
  );
}

async function missesInTime({ cache }: CacheProcess): Promise<void> {
  const operations = Promise.all([cache.set('key', 1, 1_000), cache.get('key'), cache.del('key')]);
  expect(await took(operations)).toBeLessThan(BOUND_MS);
  expect(await cache.get('key')).toBeUndefined();
}

async function keeps({ cache }: CacheProcess, keys: string[]): Promise<void> {
  await eventually(
    async () => {
      await Promise.all(keys.map((key) => cache.set(key, key)));
      return (await Promise.all(keys.map((key) => cache.get(key)))).every(Boolean);
    },
    { describe: 'the cache stores every entry', everyMs: 200 },
  );
}

async function took(work: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work;
  return performance.now() - from;
}
