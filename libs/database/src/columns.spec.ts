import { TransactionContext } from '@waybill/core';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { useTypeOrm } from '../../../test/support/typeorm';
import { columnsOf, computed, type RowOf, statement, value } from './columns';

@Entity('parcels')
class ParcelEntity {
  @PrimaryColumn('integer')
  id!: number;

  @Column('numeric')
  weightKg!: string;

  @Column('date')
  sentOn!: string;

  @Column('text', { name: 'label_text', nullable: true })
  label!: string | null;

  @Column('text', { transformer: { to: String, from: String } })
  secret!: string;

  isHeavy?: boolean;
}

describe('a select list', () => {
  it('has each column as PostgreSQL names it, and each property as the entity names it', () => {
    const columns = columnsOf(ParcelEntity, 'id', 'weightKg', 'sentOn', 'label');
    expect(String(columns)).toBe(
      `id, weight_kg AS "weightKg", sent_on::text AS "sentOn", label_text AS "label"`,
    );
    expect(columns.names).toBe('id, weight_kg, sent_on, label_text');
    expect(columns.placeholders).toBe('$1, $2, $3, $4');
    expect(columns.valuesOf({ label: null, sentOn: '2026-11-21', weightKg: '1', id: 7 })).toEqual([
      ...[7, '1', '2026-11-21', null],
    ]);
    expect(columns.selection).toEqual({ id: true, weightKg: true, sentOn: true, label: true });
  });

  it('accepts an alias, a prefix and computed values', () => {
    const columns = columnsOf(ParcelEntity, 'id')
      .from('p')
      .and(columnsOf(ParcelEntity, 'weightKg').fromAs('q', 'other'))
      .and(computed({ count: value.int('count(*)') }));
    expect(String(columns)).toBe(`p.id AS "id", q.weight_kg AS "otherWeightKg", (count(*))::int AS "count"`);
    const row: RowOf<typeof columns> = { id: 1, otherWeightKg: '1', count: 1 };
    // @ts-expect-error: its type comes from the entity
    row.otherWeightKg = 1;
    // @ts-expect-error: it was not selected
    expect(row.label).toBeUndefined();
  });

  it('can have nullable columns of an outer join', () => {
    const columns = columnsOf(ParcelEntity, 'id').fromOuter('p');
    expect(String(columns)).toBe('p.id AS "id"');
    const row: RowOf<typeof columns> = { id: null };
    // @ts-expect-error: there may be no parcel
    expect(row.id satisfies number).toBeNull();
  });

  it('does not compile with an unknown column, and throws for a property without a column', () => {
    // @ts-expect-error: renamed or dropped
    expect(() => columnsOf(ParcelEntity, 'weight')).toThrow('ParcelEntity.weight is not a column');
    expect(() => columnsOf(ParcelEntity, 'isHeavy')).toThrow('ParcelEntity.isHeavy is not a column');
    expect(() => columnsOf(ParcelEntity, 'secret')).toThrow('transformer');
  });

  it('must appear in its statement', () => {
    const columns = columnsOf(ParcelEntity, 'id', 'weightKg');
    expect(() => statement(columns, `SELECT id, weight_kg FROM parcels`)).toThrow(
      'does not contain the select list',
    );
  });
});

describe('typed statements and repositories', () => {
  const ROW = columnsOf(ParcelEntity, 'id', 'weightKg', 'sentOn', 'label');
  const { dataSource, database } = useTypeOrm({ entities: [ParcelEntity] });

  beforeAll(() =>
    dataSource.query(
      'CREATE TABLE parcels (id integer PRIMARY KEY, weight_kg numeric(8, 3), sent_on date, label_text text, secret text)',
    ),
  );
  afterEach(() => dataSource.query('TRUNCATE parcels'));

  const parcel = { id: 1, weightKg: '1.500', sentOn: '2026-11-21', label: null };

  it('read the same values that the repository wrote', async () => {
    const ctx = new TransactionContext();
    const parcels = database.repository(ctx, ParcelEntity);
    await parcels.insert({ ...parcel, secret: 's' });
    const sql = statement(ROW, `SELECT ${ROW} FROM parcels WHERE id = $1`);
    expect(await database.row(ctx, sql, [1])).toEqual(parcel);
    expect(await parcels.findOneByOrFail({ id: 1 })).toEqual({ ...parcel, secret: 's' });
    expect(await database.rows(ctx, sql, [2])).toEqual([]);
    expect(await database.row(ctx, sql, [2])).toBeUndefined();
    await expect(database.one(ctx, sql, [2])).rejects.toThrow('returned no row');
  });

  it('return computed values of their declared types, and the number of changed rows', async () => {
    const ctx = new TransactionContext();
    await database.execute(ctx, `INSERT INTO parcels (${ROW.names}) VALUES (${ROW.placeholders})`, [
      ...ROW.valuesOf(parcel),
    ]);
    const columns = computed({
      count: value.int('count(*)'),
      heaviest: value.text('max(weight_kg)'),
      heavy: value.nullable(value.boolean('max(weight_kg) > NULL')),
      share: value.float('avg(1)'),
      labels: value.texts('array_agg(label_text)'),
      at: value.timestamp(`'2026-11-21T00:00:00Z'`),
    });
    expect(await database.one(ctx, statement(columns, `SELECT ${columns} FROM parcels`))).toEqual({
      ...{ count: 1, heaviest: '1.500', heavy: null, share: 1, labels: [null] },
      at: new Date('2026-11-21T00:00:00Z'),
    });
    expect(await database.execute(ctx, `UPDATE parcels SET label_text = 'a'`)).toBe(1);
    expect(await database.execute(ctx, `DELETE FROM parcels WHERE id > 1`)).toBe(0);
  });

  it('run in the transaction of the context', async () => {
    const ctx = new TransactionContext();
    const seen: number[] = [];
    const work = database.transaction(ctx, async () => {
      await database.repository(ctx, ParcelEntity).insert({ ...parcel, secret: 's' });
      for (const one of [ctx, new TransactionContext()])
        seen.push(await database.repository(one, ParcelEntity).count());
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(seen).toEqual([1, 0]);
    expect(await database.repository(ctx, ParcelEntity).count()).toBe(0);
  });
});
