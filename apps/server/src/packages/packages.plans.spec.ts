import { randomUUID } from 'node:crypto';
import { TransactionContext } from '@waybill/core';
import { Database, dataSourceOptions } from '@waybill/database';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { maxRowsRead, type PlanNode, planOf } from '../../../../test/support/plans';
import { catalogSchema } from '../catalog';
import { type PackageFilters, PackagesRepository, type Visibility } from './packages.repository';
import { packagesSchema } from './packages.schema';
import { RegistrationsRepository } from './registrations.repository';

const ROWS = 100_000;
const OWNERS = 100;
const BEYOND = 2_147_483_647;

/** Tests generic plans, which a connection uses after a few runs. Durations are not tested. */
describe('plans of hot statements', () => {
  let clone: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let packages: PackagesRepository;
  let registrations: RegistrationsRepository;
  let owner: string;
  const ctx = new TransactionContext();

  beforeAll(async () => {
    clone = await createTestDatabase();
    const options = dataSourceOptions({
      url: clone.url,
      entities: [...catalogSchema.entities, ...packagesSchema.entities],
      poolSize: 1,
      logSql: false,
    });
    dataSource = await new DataSource(options as DataSourceOptions).initialize();
    database = new Database(dataSource);
    packages = new PackagesRepository(database);
    registrations = new RegistrationsRepository(database);
    await dataSource.query(
      'CREATE TEMPORARY TABLE owners AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, $1) n',
      [OWNERS - 1],
    );
    const columns = 'owner_id, name, weight_kg, content_amount, content_currency, type_id';
    await dataSource.query(
      `INSERT INTO packages (registration_id, ${columns}, created_at, unpriced_reason)
       SELECT gen_random_uuid(), o.id, 'x', 1, 1, 'USD', 1 + g / ${OWNERS} % 2, now(), 'rate_unavailable'
       FROM generate_series(1, ${ROWS}) g JOIN owners o ON o.n = g % ${OWNERS} ORDER BY g`,
    );
    await dataSource.query(
      `INSERT INTO registrations (id, ${columns}, requeue_at)
       SELECT gen_random_uuid(), o.id, 'x', 1, 1, 'USD', 1, now() + g * interval '1 ms'
       FROM generate_series(1, ${ROWS}) g JOIN owners o ON o.n = g % ${OWNERS} ORDER BY g`,
    );
    await dataSource.query(
      `UPDATE packages SET status = 'claimed', carrier_id = 7, claimed_at = now() WHERE id % 1000 = 0`,
    );
    await dataSource.query('ANALYZE packages, registrations');
    await dataSource.query('SET plan_cache_mode = force_generic_plan');
    ({ id: owner } = (await dataSource.query<{ id: string }[]>('SELECT id FROM owners LIMIT 1'))[0]!);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await clone.drop();
  });

  const planFor = (work: () => Promise<unknown>): Promise<PlanNode[]> => planOf(dataSource, work);

  function assertCheap(nodes: PlanNode[], index: string, rows: number): void {
    const big = nodes.filter(({ 'Relation Name': name }) => name === 'packages' || name === 'registrations');
    expect(nodes.flatMap((node) => node['Index Name'] ?? [])).toContain(index);
    expect(big.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(maxRowsRead(nodes)).toBeLessThanOrEqual(rows);
  }

  const other = randomUUID();
  const list = (visible: Visibility, filters: PackageFilters) =>
    packages.list(ctx, visible, filters, BEYOND, 51);

  it.each<[string, () => Visibility, PackageFilters, string, number]>([
    ['a customer’s list', () => [owner], {}, 'packages_owner_id_id_idx', 51],
    ['a customer’s list by type', () => [owner], { typeId: 1 }, 'packages_owner_id_id_idx', ROWS / OWNERS],
    [
      'a customer’s list without costs',
      () => [owner],
      { hasCost: false },
      'packages_owner_id_id_idx',
      ROWS / OWNERS,
    ],
    ['the list of several owners', () => [owner, other], {}, 'packages_owner_id_id_idx', 51],
    ['the list of all', () => 'all', {}, 'packages_pkey', 51],
    ['the list of all by type', () => 'all', { typeId: 1 }, 'packages_pkey', 2 * OWNERS],
    ['the list of all claimed', () => 'all', { status: 'claimed' }, 'packages_status_id_idx', 51],
    ['the list of all without costs', () => 'all', { hasCost: false }, 'packages_unpriced_idx', 51],
  ])('read %s with an index, and read no other rows', async (_, visible, filters, index, rows) => {
    assertCheap(await planFor(() => list(visible(), filters)), index, rows);
  });

  it('find a package by its primary key, for one owner, several owners and all owners', async () => {
    for (const visible of [[owner], [owner, other], 'all'] as Visibility[])
      assertCheap(await planFor(() => packages.find(ctx, 1, visible)), 'packages_pkey', 2);
  });

  it('claim a package by its primary key', async () => {
    const change = { id: 1, actor: { kind: 'staff' as const }, entry: undefined };
    assertCheap(await planFor(() => packages.claim(ctx, change, 7)), 'packages_pkey', 10);
  });

  it('begin an attempt by the primary key of the registration', async () => {
    const ids = (await dataSource.query<{ id: string }[]>('SELECT id FROM registrations LIMIT 10')).map(
      ({ id }) => id,
    );
    const limits = { attempts: 5, graceSeconds: 60 };
    assertCheap(await planFor(() => registrations.beginAttempts(ctx, ids, limits)), 'registrations_pkey', 10);
  });

  it('claim due registrations in the order of the index', async () => {
    const claim = { before: 'infinity', graceSeconds: 60, count: 500 };
    const nodes = await planFor(() => registrations.claimDue(ctx, claim));
    assertCheap(nodes, 'registrations_pending_idx', 2 * claim.count);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
  });

  it('finish registrations by their primary key, however many are pending', async () => {
    const ids = await dataSource.query<{ id: string }[]>('SELECT id FROM registrations LIMIT 10');
    const priced = ids.map(({ id }) => ({ id, price: 'rate_unavailable' as const }));
    assertCheap(await planFor(() => registrations.complete(ctx, priced)), 'registrations_pkey', 100);
  });
});
