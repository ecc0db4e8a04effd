import { randomBytes } from 'node:crypto';
import { eventually } from '../../../test/support/poll';
import {
  dropKeys,
  keysOf as keysInRedis,
  redisTargets,
  type RedisTarget,
  withRedis,
} from '../../../test/support/redis';
import { type CacheProcess, startCache } from '../test/harness';
import { keysOf } from './keys';

const MEMORY = 'memory';
const targets: (Omit<RedisTarget, 'start'> & {
  start: (() => Promise<{ url?: string; stop(): Promise<void> }>) | undefined;
})[] = [{ name: MEMORY, start: async () => ({ stop: async () => undefined }) }, ...redisTargets()];

/** Enough keys to use all three masters of a cluster. */
const many = Array.from({ length: 30 }, (_, index) => `key:${index}`);

for (const { name, start } of targets)
  (start ? describe : describe.skip)(`the cache in ${name}`, () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const opened: CacheProcess[] = [];
    const open = async (own = prefix) => {
      const process = await startCache(url, own);
      opened.push(process);
      // It connects in the background. Until then, every read is a miss.
      await eventually(
        async () => {
          await Promise.all(many.map((key) => process.cache.set(`first:${key}`, key)));
          return (await Promise.all(many.map((key) => process.cache.get(`first:${key}`)))).every(Boolean);
        },
        { describe: 'the cache stores an entry' },
      );
      await process.cache.clear();
      return process.cache;
    };
    let url: string | undefined;
    let stop: () => Promise<void>;

    beforeAll(async () => {
      ({ url, stop } = await start!());
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((process) => process.close()));
      if (url) await dropKeys(url, prefix);
    });
    afterAll(() => stop());

    it('returns what was set, and undefined for a missing or deleted key', async () => {
      const cache = await open();
      const value = { text: 'Ключ 🔑', list: [1, { deep: null }], yes: false, zero: 0 };
      await cache.set('a', value);
      await cache.set('nothing', '');
      expect(await cache.get('a')).toEqual(value);
      expect(await cache.get('nothing')).toBe('');
      expect(await cache.get('other')).toBeUndefined();
      await cache.del('a');
      expect(await cache.get('a')).toBeUndefined();
    });

    it('drops an entry after its time to live', async () => {
      const cache = await open();
      await cache.set('short', 1, 100);
      await cache.set('long', 2, 60_000);
      expect(await cache.get('short')).toBe(1);
      await eventually(async () => (await cache.get('short')) === undefined, {
        describe: 'the entry is expired',
      });
      expect(await cache.get('long')).toBe(2);
    });

    it('works on many keys at once, on any node', async () => {
      const cache = await open();
      await cache.mset(many.map((key) => ({ key, value: key })));
      expect(await cache.mget(many)).toEqual(many);
      await cache.mdel(many.slice(1));
      expect(await cache.mget(many)).toEqual([many[0], ...many.slice(1).map(() => undefined)]);
    });

    it('computes a value once for parallel callers', async () => {
      const cache = await open();
      let computed = 0;
      const compute = async () => ++computed;
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => cache.wrap('wrapped', compute, 60_000)),
      );
      expect(answers).toEqual(Array.from({ length: 20 }, () => 1));
      expect(await cache.wrap('wrapped', compute, 60_000)).toBe(1);
    });

    it('is emptied without touching other keys', async () => {
      const [cache, other] = [await open(), await open(`${prefix}-other`)];
      await Promise.all(many.flatMap((key) => [cache.set(key, key), other.set(key, key)]));
      await cache.clear();
      expect(await cache.mget(many)).toEqual(many.map(() => undefined));
      expect(await other.mget(many)).toEqual(many);
    });

    if (name === MEMORY) {
      it('keeps no more than 10,000 entries', async () => {
        const cache = await open();
        for (let index = 0; index < 10_100; index++) await cache.set(`entry:${index}`, index);
        expect(await cache.get('entry:0')).toBeUndefined();
        expect(await cache.get('entry:10099')).toBe(10_099);
      });
      return;
    }

    it('is shared by all processes of a prefix', async () => {
      const [one, two, other] = [await open(), await open(), await open(`${prefix}-other`)];
      await one.set('a', 1);
      expect(await two.get('a')).toBe(1);
      expect(await other.get('a')).toBeUndefined();
      await two.del('a');
      expect(await one.get('a')).toBeUndefined();
    });

    it('stores under its prefix, encoded once and with an expiry', async () => {
      const cache = await open();
      await cache.set('plain', { text: 'a "quoted" text' });
      await cache.set('endless', 1, Number.MAX_SAFE_INTEGER);
      await cache.set('zero', 1, 0);
      const keys = ['plain', 'endless', 'zero'].map((key) => `${prefix}:cache:v1:${key}`);
      expect((await keysInRedis(url!, prefix)).toSorted()).toEqual(keys.toSorted());
      await withRedis(url!, async (client) => {
        const { value } = JSON.parse((await client.get(keys[0]!))!);
        expect(value).toEqual({ text: 'a "quoted" text' });
        for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
        expect(await client.pttl(keys[0]!)).toBeLessThanOrEqual(3_600_000);
        expect(await client.pttl(keys[1]!)).toBeLessThanOrEqual(48 * 3_600_000);
      });
    });
  });

describe('keysOf', () => {
  it('distinguishes kinds, versions and parts', () => {
    const keys = [
      keysOf('rates', 1)('2026-11-21'),
      keysOf('rates', 2)('2026-11-21'),
      keysOf('items', 1)('a', 'b'),
      keysOf('items', 1)('a:b'),
      keysOf('items', 1)('a/b'),
    ];
    expect(keys[0]).toBe('rates:v1:2026-11-21');
    expect(new Set(keys).size).toBe(keys.length);
  });
});
