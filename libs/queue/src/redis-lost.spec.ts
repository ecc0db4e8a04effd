import { createTestDatabase } from '../../../test/support/database';
import { describeWithRedisServer, startRedis, type TestRedis, withRedis } from '../../../test/support/redis';
import { eventually } from '../../../test/support/poll';
import {
  all,
  held,
  noting,
  type QueuePlace,
  type QueueProcess,
  startProducer,
  startWorker,
} from '../test/harness';

const ONCE = { removeOnComplete: true, removeOnFail: true };
/** A dispatch waits at most 2 s for a reply. */
const DISPATCH_MS = 2_500;
/** Less than any timeout involved. */
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

  const dispatch = ({ dispatcher }: QueueProcess, registrationId: string) =>
    dispatcher.dispatch('registrations', { registrationId }, ONCE);

  it('start without Redis, and work when it is available', async () => {
    await redis.kill();
    const { work, seen } = noting();
    await opened(startWorker(place, work));
    const producer = await opened(startProducer(place));
    dispatch(producer, 'unheard');
    expect(await took(producer.dispatcher.settled())).toBeLessThan(DISPATCH_MS);
    expect(producer.warnings.join('\n')).toMatch(/queue unavailable; job not enqueued/);

    await redis.restart();
    await dispatched(producer, () => dispatch(producer, 'heard'), seen);
    expect(seen).not.toContain('unheard');
  });

  it('do not block callers, warn once, and work again with an empty Redis', async () => {
    const { work, seen } = noting();
    await opened(startWorker(place, work));
    const producer = await opened(startProducer(place));
    dispatch(producer, 'before');
    await all(seen, 1);
    await redis.kill();

    for (let index = 0; index < 50; index++) dispatch(producer, `lost ${index}`);
    expect(await took(producer.dispatcher.settled())).toBeLessThan(AT_ONCE_MS);
    expect(producer.warnings.filter((line) => line.includes('queue unavailable'))).toHaveLength(1);

    await redis.restart();
    await dispatched(producer, () => dispatch(producer, 'after'), seen);
  });

  it('do not block callers while Redis hangs', async () => {
    const producer = await opened(startProducer(place));
    redis.freeze();
    dispatch(producer, 'unanswered');
    expect(await took(producer.dispatcher.settled())).toBeLessThan(DISPATCH_MS);
    redis.thaw();
  });

  it('finish running jobs and close in time when Redis is gone', async () => {
    const { work, running, done, release } = held();
    const worker = await opened(startWorker(place, work));
    dispatch(await opened(startProducer(place)), 'begun');
    await eventually(() => running.length === 1, { describe: 'the job is running' });
    await redis.kill();

    const closing = worker.close();
    setImmediate(release);
    expect(await took(closing)).toBeLessThan(4_000);
    expect(done).toEqual([{ id: 'begun', open: true }]);
  });

  it('close in time when Redis was never available', async () => {
    await redis.kill();
    const worker = await startWorker(place, noting().work);
    expect(await took(worker.close())).toBeLessThan(4_000);
  });

  it('warn only when Redis may evict keys', async () => {
    const safe = await opened(startProducer(place));
    await withRedis(redis.url, (client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    const unsafe = await opened(startProducer(place));
    await eventually(() => unsafe.warnings.join().includes('maxmemory-policy is allkeys-lru'), {
      describe: 'the start logs a warning',
    });
    expect(safe.warnings).toEqual([]);
  });

  it('do not warn when they may not read the eviction policy', async () => {
    await withRedis(redis.url, async (client) => {
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await client.acl('SETUSER', 'default', '-info', '-config');
    });
    jest.spyOn(console, 'warn').mockReturnValue(); // from ioredis
    const { work, seen } = noting();
    const worker = await opened(startWorker(place, work));
    const producer = await opened(startProducer(place));
    dispatch(producer, 'any');
    expect(await all(seen, 1)).toEqual(['any']);
    expect([...worker.warnings, ...producer.warnings]).toEqual([]);
  });

  it('are in PostgreSQL unless Redis is configured', async () => {
    const database = await createTestDatabase();
    const { work, seen } = noting();
    const without = { databaseUrl: database.url, prefix: 'test' };
    await opened(startWorker(without, work));
    await redis.kill();
    dispatch(await opened(startProducer(without)), 'any');
    expect(await all(seen, 1)).toEqual(['any']);
  });
});

/** Dispatches until a job arrives. */
async function dispatched({ dispatcher }: QueueProcess, again: () => void, seen: string[]): Promise<void> {
  const before = seen.length;
  await eventually(
    async () => {
      again();
      await dispatcher.settled();
      return seen.length > before;
    },
    { describe: 'a job is processed again', everyMs: 200 },
  );
}

async function took(work: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work;
  return performance.now() - from;
}
