import { globSync } from 'node:fs';
import { domainWords } from './domain-words';
import { plantTree, projectRoot, removeTree, type Sources } from './planted-tree';
import { parse } from './table-owners';

// libs/config reads the environment, so it has the variables of every module; libs/queue has the types of payloads, and
// libs/broker the names of topics.
const EXEMPT = /^libs\/(config\/|queue\/|broker\/src\/topics\.ts$)/;

const filesOf = (root: string) =>
  globSync('libs/*/src/**/*.ts', { cwd: root }).filter(
    (file) => !EXEMPT.test(file) && !/\.(spec|d)\.ts$/.test(file),
  );

const planted: Sources = {
  'libs/a/src/scope.ts': `export const read = 'catalog:read';`,
  'libs/a/src/path.ts': `export const path = '/api/v1/packages/1';`,
  'libs/a/src/table.ts': 'export const sql = `SELECT ${1} FROM registrations WHERE ${2}`;',
  'libs/a/src/class.ts': `export class TicketClosed {}`,
  'libs/a/src/method.ts': `export const service = { listOrders: () => [] };`,
};

describe('libs', () => {
  it('contain no domain word', () => {
    expect(domainWords(parse(projectRoot, filesOf(projectRoot)))).toEqual([]);
  });

  it('are reported when they contain one', () => {
    const root = plantTree(
      {
        ...planted,
        'libs/a/src/clean.ts': `// Of packages and orders.\nexport const list = 'SELECT 1 ORDER BY 1'; export class JobCatalog {}`,
        'libs/a/src/a.spec.ts': `export const path = '/api/v1/packages/1';`,
        'libs/config/src/environment.ts': `export const registrations = 1;`,
      },
      [],
    );
    const found = domainWords(parse(root, filesOf(root))).map(({ file }) => file);
    removeTree(root);
    expect(found.toSorted()).toEqual(Object.keys(planted).toSorted());
  });
});
