import { Logger } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { Database, dataSourceOptions } from '@waybill/database';
import type { Doorbells } from '@waybill/queue';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { catalogSchema } from '../catalog';
import { packagesSchema } from './packages.schema';
import { RegistrationsRepository } from './registrations.repository';
import { RegistrationsSweeper } from './registrations-sweeper.service';

const config = {
  registrations: { attempts: 5, backoffMs: 1_000, ringAgainSeconds: 60, pendingLimit: 10 },
} as Config;
const COUNT = 1_200;
const { signal } = new AbortController();

interface Bell {
  payload: { registrationId: string };
  options: { jobId?: string };
}

describe('sweeping up registrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let rung: Bell[];
  let heard: boolean;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    database = await createTestDatabase();
    const options = dataSourceOptions({
      url: database.url,
      entities: [...catalogSchema.entities, ...packagesSchema.entities],
      poolSize: 5,
      logSql: false,
    });
    dataSource = await new DataSource(options as DataSourceOptions).initialize();
    await dataSource.query(
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, attempts, next_ring_at)
       SELECT gen_random_uuid(), gen_random_uuid(), 'boots', 1, 1, 'USD', 1, n % 2, now() - n * interval '1 second'
       FROM generate_series(1, ${COUNT}) AS n`,
    );
    [rung, heard] = [[], true];
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const sweeper = (): RegistrationsSweeper => {
    const doorbells = {
      ringAll: async (_queue: string, bells: Bell[]) => {
        rung.push(...bells);
        return heard;
      },
    };
    const repository = new RegistrationsRepository(new Database(dataSource));
    return new RegistrationsSweeper(config, repository, doorbells as unknown as Doorbells);
  };
  const rungIds = () => rung.map(({ payload }) => payload.registrationId);

  it('rings for each that is due once, however many sweep, and again only after the grace', async () => {
    const counts = await Promise.all([sweeper(), sweeper(), sweeper()].map((one) => one.sweep(signal)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(COUNT);
    expect(new Set(rungIds()).size).toBe(COUNT);
    expect(await sweeper().sweep(signal)).toBe(0);
    await dataSource.query(`UPDATE registrations SET next_ring_at = next_ring_at - interval '61 seconds'`);
    expect(await sweeper().sweep(signal)).toBe(COUNT);
  });

  it('rings under the id of the attempt that waits, so that a long queue gets no longer', async () => {
    await sweeper().sweep(signal);
    const suffixes = rung.map(({ payload, options }) => options.jobId?.slice(payload.registrationId.length));
    expect([
      suffixes.filter((suffix) => suffix === '').length,
      suffixes.filter((suffix) => suffix === '.1').length,
    ]).toEqual([COUNT / 2, COUNT / 2]);
  });

  it('rings for all of them at a start, the freshly rung too, but for nothing twice', async () => {
    await sweeper().sweep(signal);
    rung = [];
    expect(await sweeper().sweepAll(signal)).toBe(COUNT);
    expect(new Set(rungIds()).size).toBe(COUNT);
    expect(rung.every(({ options }) => options.jobId === undefined)).toBe(true);
  });

  it('does not go on where there is no queue', async () => {
    heard = false;
    expect(await sweeper().sweep(signal)).toBe(0);
    expect(rung).toHaveLength(500);
  });

  it('rings for the longest overdue first, and for nothing that is over', async () => {
    await dataSource.query(
      `UPDATE registrations SET state = 'failed', finished_at = now() WHERE next_ring_at < now() - interval '100.5 seconds'`,
    );
    heard = false;
    await sweeper().sweep(signal);
    expect(rung).toHaveLength(100);
  });
});
