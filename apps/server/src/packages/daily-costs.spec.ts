import { randomUUID } from 'node:crypto';
import type { AuditService } from '@waybill/audit';
import { RequestContext, TransactionContext } from '@waybill/core';
import fc from 'fast-check';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { catalogSchema } from '../catalog';
import { DailyCostsRepository } from './daily-costs.repository';
import type { PackagePrices } from './package-prices.service';
import { PackageStatusService } from './package-status.service';
import { PackagesRepository } from './packages.repository';
import { packagesSchema } from './packages.schema';
import type { Price } from './pricing';
import { RegistrationsRepository } from './registrations.repository';
import { RepricingService } from './repricing.service';

const schema = { entities: [...catalogSchema.entities, ...packagesSchema.entities] };
const CONNECTIONS = 12;
const RANGE = ['2026-11-01', '2026-11-30'] as const;
/** Times around midnight in Moscow, which is 21:00 UTC. */
const TIMES = ['2026-11-20T20:59:59.999Z', '2026-11-20T21:00:00Z', '2026-11-21T12:00:00Z'];

/** A change that several connections make at the same time. */
type Change =
  | { do: 'register'; packages: { type: number; time: string; kopecks: number | null }[] }
  | { do: 'price'; kopecks: number }
  | { do: 'claim' | 'cancel'; pick: number }
  | { do: 'reprice'; pick: number; kopecks: number };

const priceOf = (kopecks: number): Price => {
  const cost = (kopecks / 100).toFixed(2);
  return { cost, pricing: { formulaVersion: 1, rates: [], unrounded: cost } };
};
const kopecks = fc.nat(10 ** 9);
const registered = fc.record({
  type: fc.integer({ min: 1, max: 3 }),
  time: fc.constantFrom(...TIMES),
  kopecks: fc.option(kopecks),
});
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    do: fc.constant('register' as const),
    packages: fc.array(registered, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({ do: fc.constant('price' as const), kopecks }),
  fc.record({ do: fc.constantFrom('claim' as const, 'cancel' as const), pick: fc.nat() }),
  fc.record({ do: fc.constant('reprice' as const), pick: fc.nat(), kopecks }),
);

// Real: PostgreSQL, the statements of the services, and a pool of connections. Not real: the audit log and the rates.
describe('the daily sums of costs', () => {
  const { dataSource, database } = useTypeOrm(schema, { poolSize: CONNECTIONS });
  const audit = { rowOf: () => undefined, record: async () => undefined } as unknown as AuditService;

  function staff(): RequestContext {
    const ctx = new RequestContext(randomUUID(), '127.0.0.1', undefined);
    const scopes = new Set(['packages:manage']);
    ctx.principal = { kind: 'staff', id: randomUUID(), ownerId: randomUUID(), ownerIds: [], scopes };
    return ctx;
  }

  async function run(one: Change): Promise<void> {
    const packages = new PackagesRepository(database);
    if (one.do === 'register') return register(one.packages);
    if (one.do === 'price') return priceAll(packages, one.kopecks);
    const ids = await dataSource.query<{ id: number }[]>('SELECT id FROM packages ORDER BY id');
    const id = ids[one.pick % Math.max(ids.length, 1)]?.id ?? 1;
    const statuses = new PackageStatusService(database, packages, audit);
    const prices = { ofStored: async () => priceOf((one as { kopecks: number }).kopecks) };
    const repricing = new RepricingService(database, packages, prices as unknown as PackagePrices, audit);
    const work = {
      claim: () => statuses.claim(staff(), id, 7),
      cancel: () => statuses.cancel(staff(), id),
      reprice: () => repricing.reprice(staff(), id),
    };
    await work[one.do]().catch((error: { code?: string }) => {
      if (!error.code?.startsWith('package_')) throw error; // another change came first
    });
  }

  async function register(all: { type: number; time: string; kopecks: number | null }[]): Promise<void> {
    const rows = all.map((one) => ({ ...one, id: randomUUID() }));
    await dataSource.query(
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, requeue_at, created_at)
       SELECT id, id, 'x', 1, 1, 'USD', type, now(), time FROM jsonb_to_recordset($1::jsonb) AS one (id uuid, type int, time timestamptz)`,
      [JSON.stringify(rows)],
    );
    const priced = rows.map(({ id, kopecks: amount }) => ({
      id,
      price: amount === null ? ('rate_unavailable' as const) : priceOf(amount),
    }));
    await new RegistrationsRepository(database).complete(new TransactionContext(), priced);
  }

  // Runs one at a time, like the scheduled job.
  let pricing: Promise<unknown> = Promise.resolve();
  async function priceAll(packages: PackagesRepository, amount: number): Promise<void> {
    const pricingRun = pricing.then(async () => {
      const unpriced = await packages.listUnpriced(new TransactionContext(), 2_147_483_647, 500);
      const prices = new Map(unpriced.map(({ id }) => [id, priceOf(amount)]));
      await packages.setPrices(new TransactionContext(), prices);
    });
    pricing = pricingRun.catch(() => undefined);
    await pricingRun;
  }

  const sums = async () =>
    (await new DailyCostsRepository(database).list(new TransactionContext(), ...RANGE)).map(
      ({ day, typeId, packages, priced, cost }) => ({ day, typeId, packages, priced, cost }),
    );
  const sumsOfPackages = () =>
    dataSource.query(
      `SELECT to_char(created_at + interval '3 hours', 'YYYY-MM-DD') AS day, type_id AS "typeId", count(*)::int AS packages,
         count(delivery_cost)::int AS priced, coalesce(sum(delivery_cost), 0.00)::text AS cost
       FROM packages WHERE status <> 'cancelled' GROUP BY 1, 2 ORDER BY 1 DESC, 2`,
    );

  it('equal the sums over the packages after any concurrent changes, to the kopeck', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 20, maxLength: 80 }), async (changes) => {
        const waiting = changes.values();
        const connections = Array.from({ length: CONNECTIONS }, async () => {
          for (const one of waiting) await run(one);
        });
        await Promise.all(connections);
        expect(await sums()).toEqual(await sumsOfPackages());
        for (const { slot } of await dataSource.query<{ slot: number }[]>('SELECT slot FROM daily_costs'))
          seen.add(String(slot));
      }),
      { numRuns: 15 },
    );
    const kinds = await dataSource.query<{ kind: string }[]>(
      'SELECT DISTINCT kind FROM package_events ORDER BY 1',
    );
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'cancelled',
      'claimed',
      'priced',
      'registered',
      'repriced',
    ]);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('and the events agree with the packages: one registration, consecutive revisions, and the latest cost', async () => {
    const wrong = await dataSource.query(
      `SELECT p.id FROM packages p JOIN LATERAL (
         SELECT count(*) FILTER (WHERE kind = 'registered') AS registered, count(revision) AS revisions,
           coalesce(max(revision), 0) AS latest, count(*) FILTER (WHERE kind = 'priced') AS priced,
           (array_agg(cost ORDER BY id DESC) FILTER (WHERE revision IS NOT NULL))[1] AS cost,
           count(*) FILTER (WHERE kind IN ('claimed', 'cancelled')) AS ends,
           array_agg(at ORDER BY id) = array_agg(at ORDER BY at, id) AS in_order
         FROM package_events WHERE package_id = p.id) e ON true
       WHERE registered <> 1 OR revisions <> latest OR priced <> least(revisions, 1)
         OR cost IS DISTINCT FROM p.delivery_cost OR ends <> (p.status <> 'registered')::int OR NOT in_order`,
    );
    expect(wrong).toEqual([]);
  });

  it('change when a package is deleted or gets another type', async () => {
    await register([{ type: 1, time: TIMES[0]!, kopecks: 12_345 }]);
    await dataSource.query('UPDATE packages SET type_id = 2 WHERE id = (SELECT max(id) FROM packages)');
    expect(await sums()).toEqual(await sumsOfPackages());
    await dataSource.query('UPDATE registrations SET package_id = NULL');
    await dataSource.query('DELETE FROM packages WHERE id = (SELECT max(id) FROM packages)');
    expect(await sums()).toEqual(await sumsOfPackages());
  });
});
