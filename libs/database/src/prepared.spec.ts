import { Logger } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { DataSource, Entity, PrimaryColumn, QueryFailedError } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database';
import { columnsOf, computed, statement, value } from './columns';
import { dataSourceOptions } from './data-source';
import { Database } from './database';
import { nameOf } from './prepared';

@Entity('parcels')
class ParcelEntity {
  @PrimaryColumn('integer')
  id!: unknown;
}

describe('statements', () => {
  let clone: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  const ctx = new TransactionContext();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    clone = await createTestDatabase();
    const options = { url: clone.url, entities: [], migrations: [], poolSize: 1, logSql: false };
    dataSource = await new DataSource(dataSourceOptions(options)).initialize();
    database = new Database(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await clone.drop();
  });

  const PREPARED = computed({
    count: value.int('count(*)'),
    plans: value.int('sum(generic_plans + custom_plans)'),
  });
  const prepared = (text: string) =>
    database.one(
      ctx,
      statement(PREPARED, `SELECT ${PREPARED} FROM pg_prepared_statements WHERE statement = $1`),
      [text],
    );

  it('are prepared once per connection, inside and outside transactions', async () => {
    const NUMBER = computed({ number: value.int('$1') });
    const sql = statement(NUMBER, `SELECT ${NUMBER}`);
    for (const number of [1, 2]) expect(await database.one(ctx, sql, [number])).toEqual({ number });
    await database.transaction(ctx, () => database.one(ctx, sql, [3]));
    expect(await prepared(sql.text)).toEqual({ count: 1, plans: 3 });
  });

  it('keep their connection in the pool when PostgreSQL refuses them, and throw TypeORM’s error', async () => {
    const pid = async () =>
      (await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid'))[0]!.pid;
    const before = await pid();
    const refused = await database.execute(ctx, 'SELECT 1 / $1::int', [0]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(QueryFailedError);
    expect((refused as QueryFailedError).driverError).toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
  });

  it('are prepared again after a migration changed their result type', async () => {
    await dataSource.query('CREATE TABLE parcels (id integer)');
    await dataSource.query('INSERT INTO parcels VALUES (1)');
    const id = columnsOf(ParcelEntity, 'id');
    const read = () =>
      database.rows(ctx, statement(id, `SELECT ${id} FROM parcels WHERE $1::boolean`), [true]);
    expect(await read()).toEqual([{ id: 1 }]);
    await dataSource.query('ALTER TABLE parcels ALTER id TYPE text');
    expect(await read()).toEqual([{ id: '1' }]);
    expect(await read()).toEqual([{ id: '1' }]);
    await dataSource.query('ALTER TABLE parcels ALTER id TYPE integer USING id::integer');
    await expect(database.transaction(ctx, read)).rejects.toThrow('cached plan');
    expect(await database.transaction(ctx, read)).toEqual([{ id: 1 }]);
  });

  it('have one name per text, up to the limit', () => {
    expect(nameOf('SELECT 1', [])).toBeUndefined();
    expect(nameOf('SELECT $1::int', [1])).toBe(nameOf('SELECT $1::int', [2]));
    expect(nameOf('SELECT $1::int', [1])).not.toBe(nameOf('SELECT $1::text', [1]));
    for (let n = 0; n < 1_000; n++) nameOf(`SELECT $1::int + ${n}`, [1]);
    expect(nameOf('SELECT $1::int - 1', [1])).toBeUndefined();
    expect(nameOf('SELECT $1::int', [1])).toBeDefined();
  });
});
