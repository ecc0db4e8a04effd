import { randomBytes } from 'node:crypto';
import { createTestDatabase } from '../../../test/support/database';
import { eventually } from '../../../test/support/poll';
import { dropKeys, keysOf, redisTargets } from '../../../test/support/redis';
import {
  all,
  held,
  noting,
  type QueuePlace,
  type QueueProcess,
  startProducer,
  startWorker,
} from '../test/harness';

interface Target {
  name: string;
  start: (() => Promise<{ place: QueuePlace; stop(): Promise<void> }>) | undefined;
}

const POSTGRES = 'PostgreSQL';
const ONCE = { removeOnComplete: true, removeOnFail: true };

for (const { name, start } of targets())
  (start ? describe : describe.skip)(`the task queues on ${name}`, () => {
    const processes: QueueProcess[] = [];
    const gates: (() => void)[] = [];
    const hold = () => {
      const holding = held();
      gates.push(holding.release);
      return holding;
    };
    const opened = async (process: Promise<QueueProcess>) => {
      processes.push(await process);
      return process;
    };
    let place: QueuePlace;
    let stop: () => Promise<void>;

    beforeAll(async () => {
      ({ place, stop } = await start!());
    });
    beforeEach(() => {
      place = { ...place, prefix: newPrefix() };
    });
    afterEach(async () => {
      for (const release of gates.splice(0)) release();
      await Promise.all(processes.splice(0).map((process) => process.close()));
      if (place.redisUrl) await dropKeys(place.redisUrl, place.prefix);
    });
    afterAll(() => stop());

    it('deliver a job to a worker that starts before or after the job is added', async () => {
      const producer = await opened(startProducer(place));
      producer.dispatcher.dispatch('registrations', { registrationId: 'early' }, ONCE);
      const { work, seen } = noting();
      await opened(startWorker(place, work));
      producer.dispatcher.dispatch('registrations', { registrationId: 'late' }, ONCE);

      expect(await all(seen, 2)).toEqual(['early', 'late']);
      expect(producer.warnings).toEqual([]);
    });

    it('keep one job per id until it has run', async () => {
      const { dispatcher } = await opened(startProducer(place));
      for (const registrationId of ['same', 'same', 'other'])
        dispatcher.dispatch('registrations', { registrationId }, { ...ONCE, jobId: registrationId });
      await dispatcher.settled();
      const { work, seen } = noting();
      await opened(startWorker(place, work));
      expect(await all(seen, 2)).toEqual(['other', 'same']);

      const again = async () => {
        dispatcher.dispatch('registrations', { registrationId: 'same' }, { ...ONCE, jobId: 'same' });
        await dispatcher.settled();
        return seen.length > 2;
      };
      await eventually(again, { describe: 'the same job runs again' });
      // The last repeat may have added another job, and the queue in PostgreSQL is that of the next test too.
      const isEmpty = async () => (await dispatcher.countJobs()).every(({ count }) => count === 0);
      await eventually(isEmpty, { describe: 'no job is left' });
    });

    it('accept a whole burst, even if jobs are added slowly', async () => {
      const producer = await opened(startProducer(place));
      // In the other queue, which has no worker in these tests.
      for (let n = 0; n < 1_500; n++) producer.dispatcher.dispatch('jobs', { job: String(n) }, ONCE);
      await producer.dispatcher.settled();
      expect(producer.warnings).toEqual([]);
    });

    it('distribute jobs and retry failed ones after a pause', async () => {
      const { dispatcher } = await opened(startProducer(place));
      const seen: string[] = [];
      const failOnce = async (id: string) => {
        const first = !seen.includes(id);
        seen.push(id);
        if (first) throw new Error('not yet');
      };
      await opened(startWorker(place, failOnce));
      await opened(startWorker(place, failOnce));
      for (const registrationId of ['a', 'b', 'c', 'd'])
        dispatcher.dispatch(
          'registrations',
          { registrationId },
          { ...ONCE, attempts: 2, backoff: { type: 'fixed', delay: 50 } },
        );

      expect(await all(seen, 8)).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
    });

    it('process as many jobs at once as configured', async () => {
      const { dispatcher } = await opened(startProducer(place));
      const { work, running, done, release } = hold();
      await opened(startWorker(place, work, { concurrency: 2 }));
      for (const registrationId of ['a', 'b', 'c'])
        dispatcher.dispatch('registrations', { registrationId }, ONCE);
      await eventually(() => running.length >= 2, { describe: 'two jobs are running' });
      const { work: other, seen } = noting();
      await opened(startWorker(place, other));

      // The first worker does not have the third job, so another one has.
      expect(await all(seen, 1)).toHaveLength(1);
      expect(running).toHaveLength(2);
      release();
      await eventually(() => done.length === 2, { describe: 'both jobs are done' });
    });

    it('finish running jobs of a closing worker before its resources close', async () => {
      const { dispatcher } = await opened(startProducer(place));
      const { work, running, done, release } = hold();
      const worker = await opened(startWorker(place, work, { concurrency: 1 }));
      dispatcher.dispatch('registrations', { registrationId: 'begun' }, ONCE);
      await eventually(() => running.length === 1, { describe: 'the job is running' });
      dispatcher.dispatch('registrations', { registrationId: 'waiting' }, ONCE);
      await dispatcher.settled();

      const closing = worker.close();
      setImmediate(release);
      await closing;
      expect(done).toEqual([{ id: 'begun', open: true }]);

      const { work: next, seen } = noting();
      await opened(startWorker(place, next));
      expect(await all(seen, 1)).toEqual(['waiting']);
    });

    if (name === POSTGRES) return;

    it('use only their own prefix, in one slot of a cluster', async () => {
      const { dispatcher } = await opened(startProducer(place));
      dispatcher.dispatch('registrations', { registrationId: 'any' }, { ...ONCE, jobId: 'any' });
      await dispatcher.settled();
      const keys = await keysOf(place.redisUrl!, place.prefix);
      expect(keys).toContain(`{${place.prefix}}:registrations:any`);
      expect(keys.filter((key) => !key.startsWith(`{${place.prefix}}:registrations:`))).toEqual([]);
    });
  });

function targets(): Target[] {
  const onPostgres = async () => {
    const database = await createTestDatabase();
    return { place: { databaseUrl: database.url, prefix: newPrefix() }, stop: () => database.drop() };
  };
  return [
    { name: POSTGRES, start: onPostgres },
    ...redisTargets().map(({ name, start }) => ({
      name,
      start:
        start &&
        (async () => {
          const { url, stop } = await start();
          return {
            place: { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', redisUrl: url, prefix: newPrefix() },
            stop,
          };
        }),
    })),
  ];
}

const newPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;
