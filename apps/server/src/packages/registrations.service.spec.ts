import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { RatesStoppedError } from '@waybill/currency-rate';
import type { JobDispatcher } from '@waybill/queue';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { eventually } from '../../../../test/support/poll';
import { catalogSchema } from '../catalog';
import type { PackagePrices } from './package-prices.service';
import { packagesSchema } from './packages.schema';
import { RegistrationsRepository } from './registrations.repository';
import { RegistrationsSweeper } from './registrations-sweeper.service';
import { RegistrationsService } from './registrations.service';

const ATTEMPTS = 5;
const config = {
  registrations: { attempts: ATTEMPTS, backoffMs: 1_000, requeueAfterSeconds: 60, pendingLimit: 10 },
} as Config;
const { signal } = new AbortController();

const schema = { entities: [...catalogSchema.entities, ...packagesSchema.entities] };

describe('processing a registration', () => {
  const { dataSource, database } = useTypeOrm(schema, { per: 'test' });
  let id: string;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    id = randomUUID();
    await dataSource.query(
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, requeue_at)
       VALUES ($1, $1, 'boots', 1, 1, 'USD', 1, now() + interval '60 seconds')`,
      [id],
    );
  });

  /** The parts of a worker that process registrations. */
  const worker = (of: PackagePrices['of']): RegistrationsService => {
    const prices = { of } as PackagePrices;
    const registrations = new RegistrationsRepository(database);
    return new RegistrationsService(config, registrations, prices);
  };
  const sweeper = (): RegistrationsSweeper => {
    const dispatcher = { dispatchAll: async () => true } as unknown as JobDispatcher;
    return new RegistrationsSweeper(config, new RegistrationsRepository(database), dispatcher);
  };
  const registration = async () =>
    (await dataSource.query(`SELECT state, attempts, problem->>'code' AS problem FROM registrations`))[0];
  const packages = async () => (await dataSource.query(`SELECT FROM packages`)).length;

  it('creates one package, however many workers process it while the rates are slow', async () => {
    const gate = Promise.withResolvers<'rate_unavailable'>();
    let waiting = 0;
    const workers = Array.from({ length: ATTEMPTS + 3 }, () =>
      worker(() => {
        waiting++;
        return gate.promise;
      }),
    );
    const jobs = workers.flatMap((one) => [one.process(id), one.process(id)]);
    await eventually(async () => waiting === ATTEMPTS, { describe: 'the attempts wait for rates' });
    // Another worker starts in the second grace period of the last attempt.
    await dataSource.query(`UPDATE registrations SET requeue_at = requeue_at - interval '70 seconds'`);
    await sweeper().sweepAll(signal);
    expect(await registration()).toMatchObject({ state: 'pending' });
    gate.resolve('rate_unavailable');
    await Promise.all(jobs);
    expect(await registration()).toMatchObject({ state: 'succeeded', problem: null });
    expect(await packages()).toBe(1);
  });

  it('uses one attempt for all jobs of a worker', async () => {
    const one = worker(async () => 'rate_unavailable');
    await Promise.all(Array.from({ length: ATTEMPTS + 3 }, () => one.process(id)));
    expect(await registration()).toEqual({ state: 'succeeded', attempts: 1, problem: null });
  });

  it('fails a registration whose attempts all throw', async () => {
    const one = worker(() => Promise.reject(new Error('poison')));
    for (let attempt = 1; attempt < ATTEMPTS; attempt++)
      await expect(one.process(id)).rejects.toThrow('poison');
    await one.process(id);
    expect(await registration()).toEqual({
      state: 'failed',
      attempts: ATTEMPTS,
      problem: 'registration_failed',
    });
  });

  it('fails a registration whose attempts all crash the process, after the grace period of the last attempt', async () => {
    const never = () => new Promise<never>(() => undefined);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      void worker(never).process(id);
      await eventually(async () => (await registration()).attempts === attempt, {
        describe: 'an attempt has started',
      });
      await sweeper().sweepAll(signal);
    }
    await worker(never).process(id);
    expect(await registration()).toMatchObject({ state: 'pending', attempts: ATTEMPTS });
    await dataSource.query(`UPDATE registrations SET requeue_at = requeue_at - interval '121 seconds'`);
    await sweeper().sweep(signal);
    expect(await registration()).toMatchObject({ state: 'failed', problem: 'registration_failed' });
  });

  it('does not count an attempt that stopped with its process', async () => {
    await dataSource.query(`UPDATE registrations SET attempts = $1`, [ATTEMPTS - 1]);
    const stopping = worker(() => Promise.reject(new RatesStoppedError('The process is stopping')));
    await expect(stopping.process(id)).rejects.toBeInstanceOf(RatesStoppedError);
    expect(await registration()).toEqual({ state: 'pending', attempts: ATTEMPTS - 1, problem: null });
    await worker(async () => 'rate_unavailable').process(id);
    expect(await registration()).toMatchObject({ state: 'succeeded' });
  });
});
