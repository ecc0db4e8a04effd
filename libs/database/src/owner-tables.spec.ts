import { TransactionContext } from '@waybill/core';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database';
import { dataSourceOptions } from './data-source';
import { Database } from './database';
import { OwnerId } from './owner-id';
import { OwnerTables } from './owner-tables';

@Entity('boxes')
class BoxEntity {
  @OwnerId({ retainsOwner: true })
  @PrimaryColumn('uuid')
  ownerId!: string;
}

@Entity('drafts')
class DraftEntity {
  @OwnerId({ retainsOwner: true, where: ["state = 'open'"] })
  @PrimaryColumn('uuid', { name: 'kept_by' })
  keeper!: string;

  @Column('text')
  state!: string;
}

@Entity('visits')
class VisitEntity {
  @OwnerId({ retainsOwner: false })
  @PrimaryColumn('uuid')
  visitorOwnerId!: string;
}

@Entity('forgotten')
class ForgottenEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  ownerId!: string;

  @Column('uuid')
  formerOwnerId!: string;
}

const ids = [1, 2, 3, 4, 5].map((n) => `00000000-0000-4000-8000-00000000000${n}`);

describe('OwnerTables', () => {
  let database: TestDatabase;
  const sources: DataSource[] = [];

  const connected = async (...entities: (new () => object)[]) => {
    const options = dataSourceOptions({ url: database.url, entities, poolSize: 1, logSql: false });
    const source = await new DataSource(options).initialize();
    sources.push(source);
    return source;
  };
  const ownerTables = (source: DataSource) => new OwnerTables(new Database(source), source);

  beforeAll(async () => {
    database = await createTestDatabase();
    const source = await connected();
    await source.query(
      `DROP SCHEMA public CASCADE; CREATE SCHEMA public;
       CREATE TABLE boxes (owner_id uuid); CREATE TABLE visits (visitor_owner_id uuid);
       CREATE TABLE drafts (kept_by uuid, state text);
       INSERT INTO boxes VALUES ('${ids[0]}'); INSERT INTO visits VALUES ('${ids[1]}');
       INSERT INTO drafts VALUES ('${ids[2]}', 'open'), ('${ids[3]}', 'done');`,
    );
  });
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.destroy()));
    await database.drop();
  });

  it('finds the owners whose data an entity retains', async () => {
    const tables = ownerTables(await connected(BoxEntity, DraftEntity, VisitEntity));
    const found = await tables.ownersWithData(new TransactionContext(), ids);
    expect(found.toSorted()).toEqual([ids[0], ids[2]]);
  });

  it('refuses an entity with an owner ID that it does not declare', async () => {
    const source = await connected(BoxEntity, ForgottenEntity);
    expect(() => ownerTables(source)).toThrow(
      'Declare with @OwnerId whether rows retain their owner: forgotten.owner_id, forgotten.former_owner_id',
    );
  });

  it('refuses to answer while the database has a table without an entity', async () => {
    const tables = ownerTables(await connected(BoxEntity, DraftEntity));
    await expect(tables.ownersWithData(new TransactionContext(), ids)).rejects.toThrow(
      'No entity of this release has the owner IDs of: visits.',
    );
  });
});
