import { globSync } from 'node:fs';
import { parse, tableOwners, trespasses } from './table-owners';
import { plantTree, projectRoot, removeTree, type Sources } from './planted-tree';

const filesOf = (root: string) =>
  globSync('{apps,libs}/**/*.ts', { cwd: root }).filter((file) => !/\.(spec|d)\.ts$|\/test\//.test(file));

const clean: Sources = {
  'apps/server/src/catalog/thing.entity.ts': `@Entity('things') export class ThingEntity {}`,
  'apps/server/src/catalog/migrations/1-things.ts':
    'await runner.query(`CREATE TABLE thing_names (id integer)`);',
  'apps/server/src/catalog/things.repository.ts':
    'query(`SELECT * FROM things JOIN thing_names USING (id)`);',
  'apps/server/src/catalog/thing.join.ts':
    'export const join = (id: string) => `JOIN things ON things.id = ${id}`;',
  'apps/server/src/orders/order.entity.ts': `@Entity('orders') class OrderOfNobody {} export class OrderEntity { @ForeignKey('ThingEntity') thingId!: number; }`,
  'apps/server/src/orders/migrations/2-orders.ts':
    'await runner.query(`CREATE TABLE orders (thing_id integer REFERENCES things)`);',
  'apps/server/src/orders/orders.repository.ts': "query(`SELECT * FROM orders o ${join('o.thing_id')}`);",
  'apps/server/src/orders/orders.controller.ts': `@Controller('api/v1/things') class A { /** List things from the catalog. */ list() { return 'things from things'; } }`,
  'libs/jobs/src/run.entity.ts': `@Entity('runs') export class RunEntity {}`,
};

/** The tables that each statement names, in a file of the module orders. */
const planted: [name: string, source: string, table: string][] = [
  ['select', 'query(`SELECT id FROM things`);', 'things'],
  ['join', 'query(`SELECT o.id FROM orders o JOIN things t ON t.id = o.thing_id WHERE ${x}`);', 'things'],
  ['comma', "query('SELECT 1 FROM orders, things');", 'things'],
  ['lower-case', "query('select 1 from things');", 'things'],
  ['quoted', `query('DELETE FROM "things"');`, 'things'],
  ['schema', "query('UPDATE public.things SET a = 1');", 'things'],
  ['fragment', 'const part = `EXISTS (SELECT FROM things)`;', 'things'],
  ['after-a-hole', 'query(`SELECT ${columns} FROM things`);', 'things'],
  ['no-entity', "query('SELECT FROM thing_names');", 'thing_names'],
  ['partition', "query('DROP TABLE things_2026_11');", 'things'],
  ['table-of-a-lib', "query('SELECT FROM runs');", 'runs'],
  ['query-builder', "manager.createQueryBuilder().from('things', 't');", 'things'],
  ['entity-by-name', "manager.getRepository('ThingEntity');", 'ThingEntity'],
];

describe('the tables of a module', () => {
  it('are not named by other modules', () => {
    const files = parse(projectRoot, filesOf(projectRoot));
    expect([...tableOwners(files).keys()]).toEqual(
      expect.arrayContaining(['sessions', 'package_types', 'packages', 'job_runs', 'audit_log', 'rate_days']),
    );
    expect(trespasses(files)).toEqual([]);
  });

  describe('in a planted tree', () => {
    const roots: string[] = [];
    const check = (sources: Sources) => {
      const root = plantTree(sources, []);
      roots.push(root);
      return trespasses(parse(root, filesOf(root)));
    };
    afterAll(() => roots.forEach(removeTree));

    it('may be referenced by a foreign key, joined through their owner’s helper, and mentioned in texts', () => {
      expect(check(clean)).toEqual([]);
    });

    it('are found in every statement of another module', () => {
      const violations = Object.fromEntries(
        planted.map(([name, source]) => [`apps/server/src/orders/${name}.ts`, source]),
      );
      const found = check({
        ...clean,
        ...violations,
        'libs/audit/src/up.ts': "query('SELECT FROM things');",
      });
      expect(found.map(({ file, table }) => `${file} ${table}`).toSorted()).toEqual(
        [
          ...planted.map(([name, , table]) => `apps/server/src/orders/${name}.ts ${table}`),
          'libs/audit/src/up.ts things',
        ].toSorted(),
      );
    });
  });
});
