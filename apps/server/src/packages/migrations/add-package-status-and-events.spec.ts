import { useTypeOrm } from '../../../../../test/support/typeorm';
import { catalogSchema } from '../../catalog';
import { packagesSchema } from '../packages.schema';

const migrations = [...catalogSchema.migrations, ...packagesSchema.migrations];
/** Migrations from the tested ones on. */
const LATER = migrations.filter(({ name }) => Number(/\d+$/.exec(name)?.[0]) >= 1_763_601_000_000).length;

describe('the migrations that add events and daily sums', () => {
  const { dataSource } = useTypeOrm(
    {
      entities: [...catalogSchema.entities, ...packagesSchema.entities],
      migrations,
    },
    { alone: true },
  );
  const COLUMNS = 'registration_id, owner_id, name, weight_kg, content_amount, content_currency, type_id';

  it('create them from existing packages, and restore the calculations of the packages when reverted', async () => {
    for (let count = 0; count < LATER; count++) await dataSource.undoLastMigration();
    await dataSource.query(
      `INSERT INTO packages (${COLUMNS}, created_at, delivery_cost, pricing, unpriced_reason)
       SELECT gen_random_uuid(), gen_random_uuid(), 'x', 1, 1, 'USD', type, time::timestamptz, cost, pricing::jsonb, reason
       FROM (VALUES (1, '2026-11-20T20:59:59Z', 1.01, '{"unrounded": "1.01"}', NULL),
                    (1, '2026-11-20T21:00:00Z', 2.02, '{"unrounded": "2.02"}', NULL),
                    (1, '2026-11-20T22:00:00Z', NULL, NULL, 'rate_unavailable'),
                    (2, '2026-11-20T22:00:00Z', 3.03, '{"unrounded": "3.03"}', NULL)) AS old (type, time, cost, pricing, reason)`,
    );
    await dataSource.runMigrations();
    expect(
      await dataSource.query(
        `SELECT day::text, type_id AS type, sum(packages)::int AS packages, sum(priced)::int AS priced, sum(cost)::text AS cost
         FROM daily_costs GROUP BY 1, 2 ORDER BY 1, 2`,
      ),
    ).toEqual([
      { day: '2026-11-20', type: 1, packages: 1, priced: 1, cost: '1.01' },
      { day: '2026-11-21', type: 1, packages: 2, priced: 1, cost: '2.02' },
      { day: '2026-11-21', type: 2, packages: 1, priced: 1, cost: '3.03' },
    ]);
    const events = (kind: string) =>
      dataSource.query(
        `SELECT e.package_id AS id, e.at = p.created_at AS "atItsTime", e.actor, e.revision, e.cost, e.pricing
         FROM package_events e JOIN packages p ON p.id = e.package_id WHERE e.kind = $1 ORDER BY 1`,
        [kind],
      );
    const registered = { atItsTime: true, actor: null, revision: null, cost: null, pricing: null };
    expect(await events('registered')).toEqual([1, 2, 3, 4].map((id) => ({ id, ...registered })));
    expect(await events('priced')).toEqual(
      ['1.01', '2.02', '3.03'].map((cost, n) => ({
        ...{ id: [1, 2, 4][n], atItsTime: true, actor: { kind: 'system' } },
        ...{ revision: 1, cost, pricing: { unrounded: cost } },
      })),
    );

    for (let count = 0; count < LATER; count++) await dataSource.undoLastMigration();
    expect(await dataSource.query(`SELECT pricing FROM packages ORDER BY id`)).toEqual([
      { pricing: { unrounded: '1.01' } },
      { pricing: { unrounded: '2.02' } },
      { pricing: null },
      { pricing: { unrounded: '3.03' } },
    ]);
    await dataSource.runMigrations();
  });
});
