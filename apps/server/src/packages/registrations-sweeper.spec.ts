import { Logger } from '@nestjs/common';
import type { Config } from '@waybill/config';
import type { JobDispatcher } from '@waybill/queue';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { catalogSchema } from '../catalog';
import { packagesSchema } from './packages.schema';
import { RegistrationsRepository } from './registrations.repository';
import { RegistrationsSweeper } from './registrations-sweeper.service';

const config = {
  registrations: { attempts: 5, backoffMs: 1_000, requeueAfterSeconds: 60, pendingLimit: 10 },
} as Config;
const COUNT = 1_200;
const { signal } = new AbortController();

interface QueuedJob {
  payload: { registrationId: string };
  options: { jobId?: string };
}

const schema = { entities: [...catalogSchema.entities, ...packagesSchema.entities] };

describe('the registrations sweeper', () => {
  const { dataSource, database } = useTypeOrm(schema, { per: 'test' });
  let requeued: QueuedJob[];
  let enqueued: boolean;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    await dataSource.query(
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, attempts, requeue_at)
       SELECT gen_random_uuid(), gen_random_uuid(), 'boots', 1, n, 'USD', 1, n % 2, now() - n * interval '1 second'
       FROM generate_series(1, ${COUNT}) AS n`,
    );
    [requeued, enqueued] = [[], true];
  });

  const sweeper = (): RegistrationsSweeper => {
    const dispatcher = {
      dispatchAll: async (_queue: string, entries: QueuedJob[]) => {
        requeued.push(...entries);
        return enqueued;
      },
    };
    const repository = new RegistrationsRepository(database);
    return new RegistrationsSweeper(config, repository, dispatcher as unknown as JobDispatcher);
  };
  const requeuedIds = () => requeued.map(({ payload }) => payload.registrationId);

  it('requeues each due registration once, however many sweepers run, and again after the grace period', async () => {
    const counts = await Promise.all([sweeper(), sweeper(), sweeper()].map((one) => one.sweep(signal)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(COUNT);
    expect(new Set(requeuedIds()).size).toBe(COUNT);
    expect(await sweeper().sweep(signal)).toBe(0);
    await dataSource.query(`UPDATE registrations SET requeue_at = requeue_at - interval '61 seconds'`);
    expect(await sweeper().sweep(signal)).toBe(COUNT);
  });

  it('uses the same job ID as the waiting attempt, so that no job is added twice', async () => {
    await sweeper().sweep(signal);
    const suffixes = requeued.map(({ payload, options }) =>
      options.jobId?.slice(payload.registrationId.length),
    );
    expect([
      suffixes.filter((suffix) => suffix === '').length,
      suffixes.filter((suffix) => suffix === '.1').length,
    ]).toEqual([COUNT / 2, COUNT / 2]);
  });

  it('requeues every pending registration once when a worker starts', async () => {
    await sweeper().sweep(signal);
    requeued = [];
    expect(await sweeper().sweepAll(signal)).toBe(COUNT);
    expect(new Set(requeuedIds()).size).toBe(COUNT);
    expect(requeued.every(({ options }) => options.jobId === undefined)).toBe(true);
  });

  it('fails registrations without attempts left, and does not count them as requeued', async () => {
    await dataSource.query('UPDATE registrations SET attempts = 5 WHERE content_amount <= 10');
    expect(await sweeper().sweep(signal)).toBe(COUNT - 10);
    const failed = await dataSource.query(`SELECT id FROM registrations WHERE state = 'failed'`);
    expect(failed).toHaveLength(10);
    expect(requeuedIds()).not.toEqual(expect.arrayContaining([failed[0].id]));
  });

  it('stops when the queue is unavailable', async () => {
    enqueued = false;
    expect(await sweeper().sweep(signal)).toBe(0);
    expect(requeued).toHaveLength(500);
  });

  it('requeues the longest overdue first', async () => {
    enqueued = false; // the sweeper stops after the first batch
    await sweeper().sweep(signal);
    const [{ least, count }] = await dataSource.query(
      `SELECT min(content_amount)::int AS least, count(*)::int AS count FROM registrations WHERE id = ANY($1)`,
      [requeuedIds()],
    );
    // Registration n is n seconds overdue.
    expect({ least, count }).toEqual({ least: COUNT - 499, count: 500 });
  });

  it('does not requeue finished registrations', async () => {
    await dataSource.query(
      `UPDATE registrations SET state = 'failed', finished_at = now() WHERE content_amount > 100`,
    );
    expect(await sweeper().sweep(signal)).toBe(100);
    expect(requeued).toHaveLength(100);
  });

  it('purges registrations that finished 30 days ago, in batches, and no others', async () => {
    const old = (seconds: number) => `now() - interval '30 days' - ${seconds} * interval '1 second'`;
    // IDs are ordered by time, so an old registration has an old ID.
    await dataSource.query(
      `UPDATE registrations SET id = ('01800000-0000-7000-8000-' || lpad(content_amount::int::text, 12, '0'))::uuid`,
    );
    await dataSource.query(
      `UPDATE registrations SET state = 'failed', finished_at = CASE WHEN content_amount <= 1100 THEN ${old(1)} ELSE ${old(-60)} END
       WHERE content_amount > 10`,
    );
    const deletes = jest.spyOn(RegistrationsRepository.prototype, 'deleteFinished');
    expect(await sweeper().purge(signal)).toBe(1_090);
    expect(deletes).toHaveBeenCalledTimes(3);
    deletes.mockRestore();
    const [{ count }] = await dataSource.query(`SELECT count(*)::int AS count FROM registrations`);
    // 10 registrations are pending, and 100 finished a minute too late to be purged.
    expect(count).toBe(COUNT - 1_090);
  });
});
