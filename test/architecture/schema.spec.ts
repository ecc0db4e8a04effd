import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { schema } from '../../apps/server/src/schema';
import { useTypeOrm } from '../support/typeorm';
import { projectRoot } from './planted-tree';

describe('the schema', () => {
  const { dataSource } = useTypeOrm(schema);

  const objects = async (): Promise<unknown> =>
    dataSource.query(`
      SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS what
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
      UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
      UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 'schema_migrations'::regclass
      UNION ALL SELECT 'trigger', tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      ORDER BY 1, 2`);

  it.each([
    ['entities', '*.entity.ts'],
    ['migrations', 'migrations/*.ts'],
  ] as const)('includes all %s in the repository', (kind, pattern) => {
    const files = globSync(`{apps,libs}/**/${pattern}`, { cwd: projectRoot });
    const classes = files
      .filter((file) => !file.endsWith('.spec.ts'))
      .flatMap((file) => [
        ...readFileSync(path.join(projectRoot, file), 'utf8').matchAll(/^export class (\w+)/gm),
      ])
      .map(([, name]) => name);
    expect(schema[kind].map(({ name }) => name).toSorted()).toEqual(classes.toSorted());
  });

  it('has migrations with unique timestamps in their names', () => {
    const times = schema.migrations.map(({ name }) => /\d{13}$/.exec(name)?.[0]);
    expect(times).not.toContain(undefined);
    expect(new Set(times).size).toBe(times.length);
  });

  it('matches the entities: TypeORM finds nothing to change', async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('can be reverted migration by migration, and migrated to the same schema again', async () => {
    const before = await objects();
    for (const _ of schema.migrations) await dataSource.undoLastMigration();
    expect(await objects()).toEqual([]);
    await dataSource.runMigrations();
    expect(await objects()).toEqual(before);
  });
});
