import { plantTree, removeTree, runTool, type Sources } from './planted-tree';

/** Packages are stubs, because the rules check only their names. */
function stubPackage(name: string): Sources {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    [`node_modules/${name}/index.js`]: 'module.exports = {};',
  };
}

const packages: Sources = {
  'package.json': JSON.stringify({
    name: 'planted',
    dependencies: {
      '@fastify/cookie': '*',
      '@nestjs/common': '*',
      '@nestjs/platform-fastify': '*',
      fastify: '*',
    },
    devDependencies: { supertest: '*' },
  }),
  ...stubPackage('@fastify/cookie'),
  ...stubPackage('@nestjs/common'),
  ...stubPackage('@nestjs/platform-fastify'),
  ...stubPackage('fastify'),
  ...stubPackage('supertest'),
  ...stubPackage('undeclared'),
};

/** Every kind of import that the rules allow, once. */
const clean: Sources = {
  ...packages,
  'test/support/client.ts': `export const client = 1;`,

  'libs/core/src/index.ts': `export { refusal } from './refusal';`,
  'libs/core/src/refusal.ts': `export const refusal = 1;`,
  'libs/openapi/src/index.ts': `export { page } from './page';`,
  'libs/openapi/src/page.ts': `import { hook } from '@waybill/http'; export const page = hook;`,
  'libs/database/src/index.ts': `import { JobsOfDatabaseModule } from './purge.jobs.module'; export { connect } from './connect'; export const databaseManifest = [JobsOfDatabaseModule];`,
  'libs/database/src/connect.ts': `export const connect = 1;`,
  'libs/database/src/purge.jobs.module.ts': `import { Purge } from './purge.jobs'; export const JobsOfDatabaseModule = Purge;`,
  'libs/database/src/purge.jobs.ts': `export const Purge = 1;`,
  'libs/http/src/index.ts': `export { hook } from './hook';`,
  'libs/database/test/harness.ts': `import request from 'supertest'; import { connect } from '../src/index'; export const harness = [request, connect];`,
  'libs/database/src/connect.spec.ts': `import { harness } from '../test/harness'; console.log(harness);`,
  'libs/http/src/hook.ts': `import fastify from 'fastify'; import { connect } from '@waybill/database'; export const hook = [fastify, connect];`,

  'apps/producer/src/main.ts': `import { connect } from '@waybill/database'; console.log(connect);`,

  'apps/server/src/main.ts': `import { Api } from './api.module'; import { Worker } from './modules'; console.log(Api, Worker);`,
  'apps/server/src/api.module.ts': `import { OrdersModule } from './orders'; export const Api = OrdersModule;`,
  'apps/server/src/modules.ts': `import { databaseManifest } from '@waybill/database'; import { ordersManifest } from './orders'; export const Worker = [databaseManifest, ordersManifest];`,
  ...Object.fromEntries(
    ['sessions', 'catalog', 'packages', 'tickets', 'admin'].flatMap((module) => [
      [`apps/server/src/${module}/index.ts`, `export { thing } from './${module}.service';`],
      [`apps/server/src/${module}/${module}.service.ts`, `export const thing = 1;`],
    ]),
  ),
  'apps/server/src/orders/index.ts': `import { up } from './migrations/1700000000000-orders'; import { OrdersJobs } from './orders.jobs.module'; export { OrdersModule } from './orders.module'; export const ordersManifest = [up, OrdersJobs];`,
  'apps/server/src/orders/orders.module.ts': `import { OrdersController } from './orders.controller'; export const OrdersModule = OrdersController;`,
  'apps/server/src/orders/orders.controller.ts': `import { hook } from '@waybill/http'; import { page } from '@waybill/openapi'; import { OrdersService } from './orders.service'; export const OrdersController = [OrdersService, hook, page];`,
  'apps/server/src/orders/orders.service.ts': `import { thing } from '../catalog'; import { refusal } from '@waybill/core'; import { rows } from './orders.repository'; export const OrdersService = [thing, refusal, rows];`,
  'apps/server/src/orders/orders.repository.ts': `import { Order } from './order.entity'; export const rows = Order;`,
  'apps/server/src/orders/order.entity.ts': `import { Line } from './line.entity'; export class Order { lines: Line[] = [new Line()]; }`,
  'apps/server/src/orders/line.entity.ts': `import type { Order } from './order.entity'; export class Line { order?: Order; }`,
  'apps/server/src/orders/orders.jobs.module.ts': `import { OrdersJob } from './orders.jobs'; export const OrdersJobs = OrdersJob;`,
  'apps/server/src/orders/orders.jobs.ts': `import { OrdersService } from './orders.service'; export const OrdersJob = OrdersService;`,
  'apps/server/src/orders/migrations/1700000000000-orders.ts': `export const up = 1;`,
  'apps/server/src/orders/orders.service.spec.ts': `import request from 'supertest'; import { client } from '../../../../test/support/client'; import { OrdersJob } from './orders.jobs'; console.log(request, client, OrdersJob);`,
};

interface Plant {
  rule: string;
  from: string;
  /** The import that breaks the rule, as written in the file; absent if the file itself breaks it. */
  specifier?: string;
  /** The target of that import, as the report names it. */
  to: string;
  typeOnly?: boolean;
}

const orders = 'apps/server/src/orders';

/** Every forbidden direction: each module imports each one after it. */
const lookingAhead: Plant[] = ['sessions', 'catalog', 'orders', 'packages', 'tickets', 'admin'].flatMap(
  (module, place, all) =>
    all.slice(place + 1).map((later) => ({
      rule: `order-${module}`,
      from: `apps/server/src/${module}/ahead-to-${later}.ts`,
      specifier: `../${later}`,
      to: `apps/server/src/${later}/index.ts`,
    })),
);

const planted: Plant[] = [
  ...lookingAhead,
  {
    rule: 'ordered-modules',
    from: 'apps/server/src/billing/billing.service.ts',
    specifier: '@nestjs/common',
    to: 'node_modules/@nestjs/common/index.js',
  },
  {
    rule: 'module-through-index',
    from: 'apps/server/src/tickets/reaches-in.ts',
    specifier: '../orders/orders.service',
    to: `${orders}/orders.service.ts`,
  },
  {
    rule: 'root-through-index',
    from: 'apps/server/src/takes-a-module.ts',
    specifier: './orders/orders.module',
    to: `${orders}/orders.module.ts`,
  },
  {
    rule: 'root-through-index',
    from: 'apps/server/src/reaches-in.ts',
    specifier: './orders/orders.service',
    to: `${orders}/orders.service.ts`,
  },
  {
    rule: 'no-composition-root-in-modules',
    from: `${orders}/knows-root.ts`,
    specifier: '../api.module',
    to: 'apps/server/src/api.module.ts',
  },
  {
    rule: 'no-storage-in-controllers',
    from: `${orders}/rows.controller.ts`,
    specifier: './orders.repository',
    to: `${orders}/orders.repository.ts`,
  },
  {
    rule: 'no-storage-in-controllers',
    from: `${orders}/entities.controller.ts`,
    specifier: './order.entity',
    to: `${orders}/order.entity.ts`,
    typeOnly: true,
  },
  {
    rule: 'no-http-in-services',
    from: `${orders}/requests.service.ts`,
    specifier: '@waybill/http',
    to: 'libs/http/src/index.ts',
    typeOnly: true,
  },
  {
    rule: 'no-http-in-services',
    from: `${orders}/documented.queries.ts`,
    specifier: '@waybill/openapi',
    to: 'libs/openapi/src/index.ts',
  },
  {
    rule: 'no-libs-in-core',
    from: 'libs/core/src/connects.ts',
    specifier: '@waybill/database',
    to: 'libs/database/src/index.ts',
    typeOnly: true,
  },
  {
    rule: 'no-libs-in-core',
    from: 'libs/core/src/web.ts',
    specifier: 'fastify',
    to: 'node_modules/fastify/index.js',
    typeOnly: true,
  },
  {
    rule: 'no-libs-in-core',
    from: 'libs/core/src/injectable.ts',
    specifier: '@nestjs/common',
    to: 'node_modules/@nestjs/common/index.js',
  },
  {
    rule: 'no-http-in-services',
    from: `${orders}/web.service.ts`,
    specifier: 'fastify',
    to: 'node_modules/fastify/index.js',
    typeOnly: true,
  },
  {
    rule: 'no-http-in-services',
    from: `${orders}/web.queries.ts`,
    specifier: '@nestjs/platform-fastify',
    to: 'node_modules/@nestjs/platform-fastify/index.js',
  },
  {
    rule: 'no-http-in-services',
    from: `${orders}/web.repository.ts`,
    specifier: '@fastify/cookie',
    to: 'node_modules/@fastify/cookie/index.js',
  },
  {
    rule: 'jobs-modules-in-manifests',
    from: `${orders}/another-process.module.ts`,
    specifier: './orders.jobs.module',
    to: `${orders}/orders.jobs.module.ts`,
  },
  {
    rule: 'jobs-modules-in-manifests',
    from: 'libs/database/src/another-process.module.ts',
    specifier: './purge.jobs.module',
    to: 'libs/database/src/purge.jobs.module.ts',
  },
  {
    rule: 'jobs-in-their-module',
    from: `${orders}/eager.service.ts`,
    specifier: './orders.jobs',
    to: `${orders}/orders.jobs.ts`,
  },
  {
    rule: 'no-apps-in-libs',
    from: 'libs/http/src/knows-app.ts',
    specifier: '../../../apps/server/src/orders',
    to: `${orders}/index.ts`,
  },
  {
    rule: 'no-other-apps-in-apps',
    from: 'apps/producer/src/borrows.ts',
    specifier: '../../server/src/orders',
    to: `${orders}/index.ts`,
  },
  {
    rule: 'lib-to-lib-through-index',
    from: 'libs/http/src/reaches-in.ts',
    specifier: '../../database/src/connect',
    to: 'libs/database/src/connect.ts',
  },
  {
    rule: 'app-to-lib-through-index',
    from: 'apps/producer/src/reaches-in.ts',
    specifier: '../../../libs/database/src/connect',
    to: 'libs/database/src/connect.ts',
  },
  {
    rule: 'libs-by-alias',
    from: 'apps/producer/src/by-path.ts',
    specifier: '../../../libs/database/src',
    to: 'libs/database/src/index.ts',
  },
  {
    rule: 'no-circular',
    from: 'libs/http/src/egg.ts',
    specifier: './hen',
    to: 'libs/http/src/hen.ts',
    typeOnly: true,
  },
  {
    rule: 'no-circular-entities',
    from: `${orders}/egg.entity.ts`,
    specifier: './hen.entity',
    to: `${orders}/hen.entity.ts`,
  },
  { rule: 'no-orphans', from: 'libs/http/src/forgotten.ts', to: 'libs/http/src/forgotten.ts' },
  {
    rule: 'migrations-are-listed',
    from: `${orders}/migrations/1700000000001-never-run.ts`,
    specifier: '@nestjs/common',
    to: `${orders}/migrations/1700000000001-never-run.ts`,
  },
  {
    rule: 'no-dev-dependency',
    from: 'libs/http/src/test-client.ts',
    specifier: 'supertest',
    to: 'node_modules/supertest/index.js',
  },
  {
    rule: 'no-undeclared-package',
    from: 'libs/http/src/by-chance.ts',
    specifier: 'undeclared',
    to: 'node_modules/undeclared/index.js',
  },
  {
    rule: 'no-test-code',
    from: 'libs/http/src/uses-test-support.ts',
    specifier: '../../../test/support/client',
    to: 'test/support/client.ts',
  },
  {
    rule: 'no-test-code',
    from: 'libs/database/src/uses-its-harness.ts',
    specifier: '../test/harness',
    to: 'libs/database/test/harness.ts',
  },
  {
    rule: 'no-test-code',
    from: `${orders}/uses-a-spec.ts`,
    specifier: './orders.service.spec',
    to: `${orders}/orders.service.spec.ts`,
  },
  { rule: 'no-unresolvable', from: 'libs/http/src/lost.ts', specifier: './nowhere', to: './nowhere' },
];

/** The other imports of the cycles: each cycle is reported once. */
const otherHalves: Sources = {
  'libs/http/src/hen.ts': `import { here } from './egg'; export const other = here;`,
  [`${orders}/hen.entity.ts`]: `import { here } from './egg.entity'; export const other = here;`,
};

function sourceOf({ specifier, typeOnly }: Plant): string {
  if (specifier === undefined) return `export const alone = 1;`;
  return `import ${typeOnly ? 'type ' : ''}{ other } from '${specifier}'; export const here: unknown = typeof other;`;
}

interface Report {
  summary: {
    violations: { from: string; to: string; rule: { name: string; severity: string } }[];
    totalCruised: number;
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

const trees: string[] = [];

/** Checks a tree with the project's configuration, as `npm run boundaries` does. */
function check(sources: Sources): Report['summary'] {
  const root = plantTree(sources, ['.dependency-cruiser.cjs', 'tsconfig.json']);
  trees.push(root);
  const { stdout } = runTool('depcruise', ['apps', 'libs', '--output-type', 'json'], root);
  return (JSON.parse(stdout) as Report).summary;
}

const line = (rule: string, from: string, to: string) => `${rule}: ${from} -> ${to}`;

describe('import rules', () => {
  afterAll(() => trees.forEach(removeTree));

  it('accept a tree that follows them', () => {
    const { violations, totalCruised } = check(clean);

    expect(violations).toEqual([]);
    expect(totalCruised).toBeGreaterThan(
      Object.keys(clean).filter((path) => path.endsWith('.ts')).length - 2,
    );
  });

  describe('in a tree that breaks each of them', () => {
    let summary: Report['summary'];

    beforeAll(() => {
      const violations = Object.fromEntries(planted.map((plant) => [plant.from, sourceOf(plant)]));
      summary = check({ ...clean, ...otherHalves, ...violations });
    });

    it('report each violation under its own rule, and nothing else', () => {
      const reported = summary.violations.map(({ rule, from, to }) => line(rule.name, from, to));

      expect(reported.toSorted()).toEqual(
        planted.map(({ rule, from, to }) => line(rule, from, to)).toSorted(),
      );
    });

    it('report errors, not warnings', () => {
      expect(new Set(summary.violations.map(({ rule }) => rule.severity))).toEqual(new Set(['error']));
    });

    it('each have a planted violation', () => {
      const rules = summary.ruleSetUsed.forbidden.map(({ name }) => name);

      expect([...new Set(planted.map(({ rule }) => rule))].toSorted()).toEqual(rules.toSorted());
    });
  });
});
