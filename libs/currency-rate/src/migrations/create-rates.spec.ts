import { useTypeOrm } from '../../../../test/support/typeorm';
import { ratesSchema } from '../rates.schema';

describe('the tables of rates', () => {
  const { dataSource } = useTypeOrm(ratesSchema, { alone: true });

  async function tables(): Promise<string[]> {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  it('can be dropped by the migration and created again', async () => {
    for (const _ of ratesSchema.migrations) await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['schema_migrations']);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(['currency_rates', 'rate_days', 'rate_lists', 'schema_migrations']);
  });

  it.each([
    ['a zero', `INSERT INTO currency_rates VALUES ('USD', '2026-01-01', 0, 1)`, 'currency_rates_value_check'],
    [
      'a nominal of 7',
      `INSERT INTO currency_rates VALUES ('USD', '2026-01-01', 1, 7)`,
      'currency_rates_nominal_check',
    ],
    [
      'no code',
      `INSERT INTO currency_rates VALUES ('usd', '2026-01-01', 1, 1)`,
      'currency_rates_currency_check',
    ],
    [
      'a rate of no list',
      `INSERT INTO currency_rates VALUES ('USD', '2026-01-01', 1, 1)`,
      'currency_rates_effective_date_fkey',
    ],
    [
      'a day of no list',
      `INSERT INTO rate_days VALUES ('2026-01-01', '2026-01-01')`,
      'rate_days_effective_date_fkey',
    ],
    [
      'another source',
      `INSERT INTO rate_lists VALUES ('2026-01-01', 'bank', repeat('a', 64))`,
      'rate_lists_source_check',
    ],
    [
      'no digest',
      `INSERT INTO rate_lists VALUES ('2026-01-01', 'cbr-xml', 'a')`,
      'rate_lists_document_sha256_check',
    ],
  ])('refuse %s', async (_name, sql, constraint) => {
    await expect(dataSource.query(sql)).rejects.toThrow(constraint);
  });
});
