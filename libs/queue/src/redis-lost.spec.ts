import { createTestDatabase } from '../../../test/support/database';
import { describeWithRedisServer, startRedis, type TestRedis, withRedis } from '../../../test/support/redis';
import { eventually } from '../../../test/support/poll';
import {
  all,
  held,
  noting,
  type QueuePlace,
  type QueueProcess,
  startRinger,
  startWorker,
} from '../test/harness';

const ONCE = { removeOnComplete: true, removeOnFail: true };
/** A ring may wait for an answer for 2 s. */
const RING_MS = 2_500;
/** Less than any timeout on the way. */
const AT_ONCE_MS = 900;

describeWithRedisServer('the task queues without their Redis', () => {
  const processes: QueueProcess[] = [];
  const opened = async (process: Promise<QueueProcess>) => {
    processes.push(await process);
    return process;
  };
  let redis: TestRedis;
  let place: QueuePlace;

  beforeEach(async () => {
    redis = await startRedis();
    place = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', redisUrl: redis.url, prefix: 'test' };
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(processes.splice(0).map((process) => process.close()));
    await redis.stop();
  });

  const ring = ({ doorbells }: QueueProcess, registrationId: string) =>
    doorbells.ring('registrations', { registrationId }, ONCE);

  it('start, and work once it is there', async () => {
    await redis.kill();
    const { work, seen } = noting();
    await opened(startWorker(place, work));
    const ringer = await opened(startRinger(place));
    ring(ringer, 'unheard');
    expect(await took(ringer.doorbells.settled())).toBeLessThan(RING_MS);
    expect(ringer.warnings.join('\n')).toMatch(/nobody hears the doorbell/);

    await redis.restart();
    await heard(ringer, () => ring(ringer, 'heard'), seen);
    expect(seen).not.toContain('unheard');
  });

  it('make nobody wait, say so once, and work again when an empty one is there', async () => {
    const { work, seen } = noting();
    await opened(startWorker(place, work));
    const ringer = await opened(startRinger(place));
    ring(ringer, 'before');
    await all(seen, 1);
    await redis.kill();

    for (let index = 0; index < 50; index++) ring(ringer, `lost ${index}`);
    expect(await took(ringer.doorbells.settled())).toBeLessThan(AT_ONCE_MS);
    expect(ringer.warnings.filter((line) => line.includes('doorbell'))).toHaveLength(1);

    await redis.restart();
    await heard(ringer, () => ring(ringer, 'after'), seen);
  });

  it('make nobody wait for one that hangs', async () => {
    const ringer = await opened(startRinger(place));
    redis.freeze();
    ring(ringer, 'unanswered');
    expect(await took(ringer.doorbells.settled())).toBeLessThan(RING_MS);
    redis.thaw();
  });

  it('finish what is under way, and close in time, when it is gone for good', async () => {
    const { work, underWay, done, letGo } = held();
    const worker = await opened(startWorker(place, work));
    ring(await opened(startRinger(place)), 'begun');
    await eventually(() => underWay.length === 1, { describe: 'the job is under way' });
    await redis.kill();

    const closing = worker.close();
    setImmediate(letGo);
    expect(await took(closing)).toBeLessThan(4_000);
    expect(done).toEqual([{ id: 'begun', open: true }]);
  });

  it('close in time when it never was there', async () => {
    await redis.kill();
    const worker = await startWorker(place, noting().work);
    expect(await took(worker.close())).toBeLessThan(4_000);
  });

  it('warn of one that may evict, and of no other', async () => {
    const safe = await opened(startRinger(place));
    await withRedis(redis.url, (client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    const unsafe = await opened(startRinger(place));
    await eventually(() => unsafe.warnings.join().includes('maxmemory-policy is allkeys-lru'), {
      describe: 'the boot warns',
    });
    expect(safe.warnings).toEqual([]);
  });

  it('say nothing of a policy that they may not ask for', async () => {
    await withRedis(redis.url, async (client) => {
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await client.acl('SETUSER', 'default', '-info', '-config');
    });
    jest.spyOn(console, 'warn').mockReturnValue(); // ioredis itself
    const { work, seen } = noting();
    const worker = await opened(startWorker(place, work));
    const ringer = await opened(startRinger(place));
    ring(ringer, 'any');
    expect(await all(seen, 1)).toEqual(['any']);
    expect([...worker.warnings, ...ringer.warnings]).toEqual([]);
  });

  it('are in PostgreSQL unless they are configured to be in Redis', async () => {
    const database = await createTestDatabase();
    const { work, seen } = noting();
    const without = { databaseUrl: database.url, prefix: 'test' };
    await opened(startWorker(without, work));
    await redis.kill();
    ring(await opened(startRinger(without)), 'any');
    expect(await all(seen, 1)).toEqual(['any']);
  });
});

/** Rings until somebody hears it. */
async function heard({ doorbells }: QueueProcess, again: () => void, seen: string[]): Promise<void> {
  const before = seen.length;
  await eventually(
    async () => {
      again();
      await doorbells.settled();
      return seen.length > before;
    },
    { describe: 'a doorbell is heard again', deadlineMs: 20_000, everyMs: 200 },
  );
}

async function took(work: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work;
  return performance.now() - from;
}
