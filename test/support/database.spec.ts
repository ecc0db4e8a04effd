import { Client } from 'pg';
import { eventually } from './poll';
import { createTestDatabase, describeOnEachPostgres } from './database';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describeOnEachPostgres('a test database', (on) => {
  it('is migrated and isolated from other test databases', async () => {
    const [one, other] = await Promise.all([createTestDatabase({ on }), createTestDatabase({ on })]);
    expect(await query(one.url, 'select count(*)::int > 0 as migrated from schema_migrations')).toEqual([
      { migrated: true },
    ]);
    await query(one.url, 'create table mine ()');
    const mine = `select to_regclass('mine')::text as mine`;
    expect(await query(one.url, mine)).toEqual([{ mine: 'mine' }]);
    expect(await query(other.url, mine)).toEqual([{ mine: null }]);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('can be dropped while connections to it are open', async () => {
    const { url, drop } = await createTestDatabase({ on });
    const forgotten = new Client({ connectionString: url });
    const errors: string[] = [];
    forgotten.on('error', ({ message }) => errors.push(message));
    await forgotten.connect();
    await drop();
    expect(
      (await eventually(() => errors.length > 0 && errors, { describe: 'the connection is lost' }))[0],
    ).toMatch(/terminat/);
    await expect(query(url, 'select 1')).rejects.toThrow(/does not exist/);
  });
});
