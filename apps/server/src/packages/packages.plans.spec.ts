import { randomUUID } from 'node:crypto';
import { TransactionContext } from '@waybill/core';
import { Database, dataSourceOptions } from '@waybill/database';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { catalogSchema } from '../catalog';
import { type PackageFilters, PackagesRepository, type Visibility } from './packages.repository';
import { packagesSchema } from './packages.schema';
import { RegistrationsRepository } from './registrations.repository';

const ROWS = 100_000;
const OWNERS = 100;
const BEYOND = 2_147_483_647;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

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
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await dataSource.destroy();
    await clone.drop();
  });

  /** Returns the executed plan of the statement that `work` runs. */
  async function planOf(work: () => Promise<unknown>): Promise<Plan[]> {
    const rows = jest.spyOn(database, 'rows').mockResolvedValue([]);
    await work();
    const [, { text }, parameters = []] = rows.mock.calls[0]!;
    rows.mockRestore();
    return planOfStatement(text, parameters);
  }

  async function planOfStatement(text: string, parameters: unknown[]): Promise<Plan[]> {
    await dataSource.query('BEGIN');
    await dataSource.query(`PREPARE planned AS ${text}`);
    const values = parameters.map((value) => literal(value)).join(', ');
    const [{ 'QUERY PLAN': answer }] = await dataSource.query(
      `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE planned (${values})`,
    );
    await dataSource.query('ROLLBACK');
    await dataSource.query('DEALLOCATE planned');
    return nodesOf((answer as { Plan: Plan }[])[0]!.Plan);
  }

  function assertCheap(nodes: Plan[], index: string, rows: number): void {
    const big = nodes.filter(({ 'Relation Name': name }) => name === 'packages' || name === 'registrations');
    expect(nodes.flatMap((node) => node['Index Name'] ?? [])).toContain(index);
    expect(big.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    const read = nodes.map(
      (node) => ((node['Rows Removed by Filter'] ?? 0) + node['Actual Rows']) * node['Actual Loops'],
    );
    expect(Math.max(...read)).toBeLessThanOrEqual(rows);
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
    assertCheap(await planOf(() => list(visible(), filters)), index, rows);
  });

  it('find a package by its primary key, for one owner, several owners and all owners', async () => {
    for (const visible of [[owner], [owner, other], 'all'] as Visibility[])
      assertCheap(await planOf(() => packages.find(ctx, 1, visible)), 'packages_pkey', 2);
  });

  it('claim a package by its primary key', async () => {
    const change = { id: 1, actor: { kind: 'staff' as const }, entry: undefined };
    assertCheap(await planOf(() => packages.claim(ctx, change, 7)), 'packages_pkey', 10);
  });

  it('begin an attempt by the primary key of the registration', async () => {
    const ids = (await dataSource.query<{ id: string }[]>('SELECT id FROM registrations LIMIT 10')).map(
      ({ id }) => id,
    );
    const limits = { attempts: 5, graceSeconds: 60 };
    assertCheap(await planOf(() => registrations.beginAttempts(ctx, ids, limits)), 'registrations_pkey', 10);
  });

  it('claim due registrations in the order of the index', async () => {
    const claim = { before: 'infinity', graceSeconds: 60, count: 500 };
    const nodes = await planOf(() => registrations.claimDue(ctx, claim));
    assertCheap(nodes, 'registrations_pending_idx', 2 * claim.count);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
  });

  it('finish registrations by their primary key, however many are pending', async () => {
    const ids = await dataSource.query<{ id: string }[]>('SELECT id FROM registrations LIMIT 10');
    const priced = ids.map(({ id }) => ({ id, price: 'rate_unavailable' as const }));
    // A statement that returns no rows runs through `execute`.
    const run = jest.spyOn(database, 'execute').mockResolvedValue(0);
    await registrations.complete(ctx, priced);
    const [, text, parameters = []] = run.mock.calls[0]!;
    run.mockRestore();
    assertCheap(await planOfStatement(text, parameters), 'registrations_pkey', 100);
  });
});

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap((one) => nodesOf(one))];

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'number' ? String(value) : `'${String(value)}'`;
}
