import { Logger } from '@nestjs/common';
import { Database, dataSourceOptions } from '@waybill/database';
import { register } from 'prom-client';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { eventually } from '../../../test/support/poll';
import { useDatabase } from '../../../test/support/use-database';
import type { JobDefinition, JobHandler } from './job';
import { JobCatalog } from './job-catalog';
import { JobHandlers } from './job-handlers';
import { JobLocks } from './job-locks';
import { JobRunner } from './job-runner';
import { jobsSchema } from './jobs.schema';
import { JobRunsRepository } from './job-runs.repository';

// Longer than a test, so that a slot passes only when the test moves the clock.
const job: JobDefinition = {
  name: 'sweep',
  description: 'Sweep',
  cron: '0 0 * * *',
  timeZone: 'UTC',
  timeoutSeconds: 20,
};

/** The parts of this lib in a worker process. */
class TestWorker {
  readonly runs: JobRunsRepository;
  readonly runner: JobRunner;

  private constructor(
    readonly dataSource: DataSource,
    definitions: JobDefinition[],
    handler: JobHandler,
  ) {
    class Jobs {
      run = handler;
    }
    const catalog = new JobCatalog(
      definitions.map((definition) => ({ definition, provider: Jobs as never, method: 'run' })),
    );
    const handlers = new JobHandlers(catalog, { get: (provider: typeof Jobs) => new provider() } as never);
    handlers.onModuleInit();
    this.runs = new JobRunsRepository(new Database(dataSource));
    this.runner = new JobRunner(catalog, handlers, this.runs, new JobLocks(dataSource));
  }

  static async start(url: string, handler: JobHandler, definitions = [job]): Promise<TestWorker> {
    const options = dataSourceOptions({ ...jobsSchema, url, poolSize: 3, logSql: false });
    return new TestWorker(
      await new DataSource(options as DataSourceOptions).initialize(),
      definitions,
      handler,
    );
  }

  async stop(): Promise<void> {
    this.runner.onModuleDestroy();
    await this.runner.beforeApplicationShutdown();
    await this.dataSource.destroy();
  }
}

/** A handler whose runs the test ends. */
function gate() {
  const open: ((result: object) => void)[] = [];
  const signals: AbortSignal[] = [];
  const handler: JobHandler = (signal) => {
    signals.push(signal);
    return new Promise((resolve) => open.push(resolve as never));
  };
  return { handler, signals, begun: () => signals.length, finish: (result = {}) => open.shift()?.(result) };
}

describe('running jobs', () => {
  const { database, onClose } = useDatabase({ per: 'test' });

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => register.resetMetrics());

  async function start(handler: JobHandler, definitions?: JobDefinition[]): Promise<TestWorker> {
    const worker = await TestWorker.start(database.url, handler, definitions);
    onClose(() => worker.stop());
    return worker;
  }
  const rowsOf = ({ dataSource }: TestWorker): Promise<Record<string, unknown>[]> =>
    dataSource.query(
      `SELECT trigger, state, slot, result, error, started_at, finished_at FROM job_runs ORDER BY requested_at, id`,
    );
  const settled = (worker: TestWorker, count: number) =>
    eventually(
      async () => {
        const rows = await rowsOf(worker);
        return rows.filter(({ finished_at }) => finished_at !== null).length >= count && rows;
      },
      { describe: `${count} runs are finished` },
    );
  const passSlot = ({ dataSource }: TestWorker) =>
    dataSource.query(`UPDATE job_runs SET slot = slot - interval '1 day' WHERE slot IS NOT NULL`);

  it('runs a slot once with any number of workers', async () => {
    let runs = 0;
    const handler = async () => ({ run: ++runs });
    const fleet = await Promise.all(Array.from({ length: 4 }, () => start(handler)));
    for (let look = 0; look < 5; look++) await Promise.all(fleet.map(({ runner }) => runner.look()));
    const [first] = await settled(fleet[0]!, 1);
    expect(first).toMatchObject({ trigger: 'schedule', state: 'succeeded', result: { run: 1 }, error: null });
    await passSlot(fleet[0]!);
    for (let look = 0; look < 5; look++) await Promise.all(fleet.map(({ runner }) => runner.look()));
    await settled(fleet[0]!, 2);
    expect(runs).toBe(2);
  });

  it('does not start a running job a second time, in any worker, and runs a manual request afterwards', async () => {
    const { handler, begun, finish } = gate();
    const [one, two] = [await start(handler), await start(handler)];
    await one.runner.look();
    await eventually(() => begun() === 1, { describe: 'the first run' });
    await passSlot(one);
    const wish = await one.runs.insertManual({}, job.name);
    expect((await two.runs.insertManual({}, job.name)).id).toBe(wish.id);
    for (const { runner } of [one, two, one, two]) await runner.look();
    expect(await rowsOf(one)).toMatchObject([
      { trigger: 'schedule', state: 'running' },
      { trigger: 'manual', state: 'pending' },
    ]);
    expect(begun()).toBe(1);
    finish({ swept: 3 });
    await settled(one, 1);
    await eventually(() => two.runner.look().then(() => begun() === 2), { describe: 'the second run' });
    finish();
    expect(await settled(one, 2)).toMatchObject([
      { state: 'succeeded', result: { swept: 3 } },
      { trigger: 'manual', state: 'succeeded' },
    ]);
  });

  it('fails the run of a lost worker, aborts it in that worker and runs the job again', async () => {
    const { handler, signals, begun, finish } = gate();
    const [one, two] = [await start(handler), await start(handler)];
    await one.runner.look();
    await eventually(() => begun() === 1, { describe: 'the first run' });
    await passSlot(one);
    const lockHolders = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'waybill jobs' AND datname = current_database()`;
    await two.dataSource.query(lockHolders);
    await eventually(() => signals[0]?.aborted, { describe: 'the signal of the first run is aborted' });
    await eventually(() => two.runner.look().then(() => begun() === 2), { describe: 'the second run' });
    finish({ late: true });
    finish({ run: 2 });
    expect(await settled(two, 2)).toMatchObject([
      { state: 'failed', result: null, error: 'The worker that ran the job has stopped' },
      { state: 'succeeded', result: { run: 2 } },
    ]);
  });

  it('stores the duration and error of a run and counts it', async () => {
    const worker = await start(async () => {
      throw new Error('no answer from https://user:secret@bank');
    });
    await worker.runner.look();
    const [run] = await settled(worker, 1);
    expect(run).toMatchObject({ state: 'failed', result: null, error: 'no answer from https://…@bank' });
    expect(Number(run?.finished_at) - Number(run?.started_at)).toBeGreaterThanOrEqual(0);
    const { values } = (await register.getSingleMetric('waybill_job_runs_total')?.get()) ?? { values: [] };
    expect(values).toMatchObject([{ value: 1, labels: { job: 'sweep', outcome: 'failed' } }]);
  });

  it('fails a run after its timeout and does not start another before the first has ended', async () => {
    const { handler, signals, begun, finish } = gate();
    const worker = await start(handler, [{ ...job, timeoutSeconds: 0.05 }]);
    await worker.runner.look();
    expect(await settled(worker, 1)).toMatchObject([{ state: 'failed', error: 'Timed out after 0.05 s' }]);
    expect(signals[0]?.aborted).toBe(true);
    await passSlot(worker);
    const other = await start(handler);
    for (const { runner } of [worker, other, worker, other]) await runner.look();
    expect(begun()).toBe(1);
    finish();
    await eventually(() => other.runner.look().then(() => begun() === 2), { describe: 'the second run' });
    finish();
    await settled(worker, 2);
  });

  it('aborts and awaits running jobs when it stops, and starts no more', async () => {
    const worker = await start(
      (signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve({ stopped: 'early' }))),
    );
    await worker.runner.look();
    await eventually(async () => (await rowsOf(worker))[0]?.state === 'running', { describe: 'the run' });
    worker.runner.onModuleDestroy();
    await worker.runner.beforeApplicationShutdown();
    expect(await rowsOf(worker)).toMatchObject([{ state: 'succeeded', result: { stopped: 'early' } }]);
    await passSlot(worker);
    await worker.runner.look();
    expect(await rowsOf(worker)).toHaveLength(1);
  });

  it('lists runs newest first and deletes old ones in batches', async () => {
    const worker = await start(async () => ({}));
    await worker.dataSource.query(
      `INSERT INTO job_runs (id, job, slot, trigger, state, requested_at, finished_at)
       SELECT gen_random_uuid(), 'sweep', to_timestamp(n), 'schedule', 'succeeded', now() - n * interval '1 day', now()
       FROM generate_series(1, 5) AS n`,
    );
    const all = await worker.runs.list({}, 'sweep', undefined, 10);
    const [second] = all.slice(1);
    const before = [second!.requestedAt.toISOString(), second!.id] as const;
    expect((await worker.runs.list({}, 'sweep', before, 2)).map(({ id }) => id)).toEqual(
      all.slice(2, 4).map(({ id }) => id),
    );
    expect(await worker.runs.deleteOlderThan({}, 2, 2)).toBe(2);
    expect(await worker.runs.deleteOlderThan({}, 2, 2)).toBe(2);
    expect(await worker.runs.deleteOlderThan({}, 2, 2)).toBe(0);
    expect((await worker.runs.list({}, 'sweep', undefined, 10)).map(({ id }) => id)).toEqual([all[0]!.id]);
  });
});
