import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantTree, projectRoot, removeTree, runTool, type Sources } from './planted-tree';

const lines = (count: number, text: string) => `${text}\n`.repeat(count);

/** Code at the limit of each rule that the planted violations break. */
const clean: Sources = {
  'apps/server/main.ts': `import './src/main';\n`,
  'apps/server/src/main.ts': `console.log('listening');\n`,
  'apps/server/src/modules.ts': `import { jobsManifest } from '@waybill/jobs';\nexport const worker = [jobsManifest.jobs];\n`,
  'apps/server/src/orders/orders.service.ts': [
    `import { Injectable, Logger } from '@nestjs/common';`,
    `@Injectable()`,
    `export class OrdersService {`,
    `  private readonly logger = new Logger('orders');`,
    `  place(order: string | null): void {`,
    lines(37, `    this.logger.log(order);`).trimEnd(),
    `    if (order == null) return;`,
    `  }`,
    `}`,
    lines(205, `// a line`).trimEnd(),
    '',
  ].join('\n'),
  'apps/server/src/orders/orders.controller.ts': `import { HttpCode, HttpStatus } from '@nestjs/common';\nexport const decorators = [HttpCode(HttpStatus.ACCEPTED)];\n`,
  'apps/server/src/orders/index.ts': `export { OrdersService } from './orders.service';\n`,
  'apps/server/src/orders/orders.module.ts': `import { Module } from '@nestjs/common';\n@Module({})\nexport class OrdersModule {}\n`,
  'apps/server/src/orders/migrations/1700000000000-orders.ts': `export function up(query: (sql: string) => void): void {\n${lines(60, `  query('select 1');`)}}\n`,
  'libs/config/src/environment.ts': `import { env } from 'node:process';\nexport const port = env['PORT'] ?? process.env['PORT'];\n`,
  'libs/config/src/config.service.spec.ts': `describe('configuration', () => {\n  it('is read', () => {\n${lines(300, `    expect(process.env['HOME']).toBeDefined();`)}  });\n});\n`,
  'libs/config/test/harness.ts': `console.log(process.env['HOME']);\n`,
  'tools/print.mjs': `console.log(process.env.HOME);\n`,
};

interface Plant {
  rule: string;
  file: string;
  source: string;
}

const orders = 'apps/server/src/orders';
const configured = 'eslint(no-restricted-imports)';

/** One violation per file, so that each report belongs to one violation. */
const planted: Plant[] = [
  {
    rule: 'eslint(eqeqeq)',
    file: 'libs/http/src/loose.ts',
    source: `export const same = (a: string, b: string): boolean => a == b;`,
  },
  { rule: 'eslint(no-console)', file: 'libs/http/src/prints.ts', source: `console.log('here');` },
  ...['service', 'queries', 'repository'].flatMap((kind) => [
    {
      rule: configured,
      file: `${orders}/exception.${kind}.ts`,
      source: `import { NotFoundException } from '@nestjs/common';\nexport const thrown = NotFoundException;`,
    },
    {
      rule: configured,
      file: `${orders}/jobs.${kind}.ts`,
      source: `import { PurgeJobsModule } from '@waybill/database';\nexport const used = PurgeJobsModule;`,
    },
    {
      rule: configured,
      file: `${orders}/process.${kind}.ts`,
      source: `import { env } from 'node:process';\nexport const port = env['PORT'];`,
    },
    {
      rule: configured,
      file: `${orders}/optional.${kind}.ts`,
      source: `import { IsOptional } from 'class-validator';\nexport const used = IsOptional;`,
    },
    {
      rule: 'eslint(max-lines)',
      file: `${orders}/long.${kind}.ts`,
      source: `export const first = 1;\n${lines(250, '// a line')}`,
    },
  ]),
  {
    rule: configured,
    file: `${orders}/http-exception.service.ts`,
    source: `import { HttpException } from '@nestjs/common';\nexport const thrown = HttpException;`,
  },
  {
    rule: configured,
    file: `${orders}/status.service.ts`,
    source: `import type { HttpStatus } from '@nestjs/common';\nexport type Status = HttpStatus;`,
  },
  {
    rule: configured,
    file: `${orders}/namespace.service.ts`,
    source: `import * as nest from '@nestjs/common';\nexport const thrown = nest.NotFoundException;`,
  },
  {
    rule: configured,
    file: 'apps/server/src/api.module.ts',
    source: `import { PurgeJobsModule } from '@waybill/database';\nexport const api = PurgeJobsModule;`,
  },
  {
    rule: configured,
    file: 'libs/http/src/process-by-name.ts',
    source: `import { env } from 'process';\nexport const port = env['PORT'];`,
  },
  {
    rule: configured,
    file: 'libs/http/src/process-by-default.ts',
    source: `import here from 'node:process';\nexport const port = here.env['PORT'];`,
  },
  {
    rule: configured,
    file: `${orders}/orders.dto.ts`,
    source: `import { IsOptional } from 'class-validator';\nexport const used = IsOptional;`,
  },
  {
    rule: configured,
    file: `${orders}/changes.dto.ts`,
    source: `import * as rules from 'class-validator';\nexport const used = rules.IsOptional;`,
  },
  {
    rule: 'eslint(no-restricted-properties)',
    file: 'libs/http/src/environment.ts',
    source: `export const port = process.env['PORT'];`,
  },
  {
    rule: 'eslint(no-restricted-properties)',
    file: 'libs/http/src/destructured.ts',
    source: `export const { env } = process;`,
  },
  {
    rule: 'eslint(no-restricted-properties)',
    file: 'libs/http/src/global-process.ts',
    source: `export const here = globalThis.process;`,
  },
  { rule: 'oxc(no-barrel-file)', file: 'libs/http/src/index.ts', source: `export * from './loose';` },
  {
    rule: 'typescript(no-explicit-any)',
    file: 'libs/http/src/anything.ts',
    source: `export const same = (value: any): unknown => value;`,
  },
  {
    rule: 'typescript(no-extraneous-class)',
    file: 'libs/http/src/helpers.ts',
    source: `export class Helpers {\n  static one = 1;\n}`,
  },
  {
    rule: 'import(no-unassigned-import)',
    file: 'libs/http/src/for-effect.ts',
    source: `import './loose';`,
  },
  { rule: 'import(no-default-export)', file: 'libs/http/src/default.ts', source: `export default 1;` },
  {
    rule: 'import(no-default-export)',
    file: 'apps/producer/src/default.ts',
    source: `export default 1;`,
  },
  {
    rule: 'eslint(max-lines-per-function)',
    file: 'libs/http/src/long-function.ts',
    source: `export function long(list: number[]): void {\n${lines(39, '  list.push(1);')}}`,
  },
  {
    rule: 'eslint(max-lines-per-function)',
    file: 'tools/long.mjs',
    source: `export function long(list) {\n${lines(39, '  list.push(1);')}}`,
  },
  {
    rule: 'jest(no-focused-tests)',
    file: 'libs/http/src/focused.spec.ts',
    source: `it.only('runs alone', () => {\n  expect(1).toBe(1);\n});`,
  },
  {
    rule: 'typescript(no-explicit-any)',
    file: 'libs/http/src/anything.spec.ts',
    source: `it('is typed', () => {\n  const value: any = 1;\n  expect(value).toBe(1);\n});`,
  },
];

/** One violation per category, to show that the categories are enabled. */
const plantedOfCategories: Plant[] = [
  { rule: 'eslint(no-debugger)', file: 'libs/http/src/correctness.ts', source: `debugger;` },
  {
    rule: 'unicorn(no-array-sort)',
    file: 'libs/http/src/suspicious.ts',
    source: `export const sorted = (list: number[]): number[] => list.sort();`,
  },
];

interface Report {
  diagnostics: { code: string; filename: string; severity: string }[];
  number_of_files: number;
}

const trees: string[] = [];

/** Lints a tree with the project's configuration, as `npm run lint` does. */
function lint(sources: Sources): { status: number | null; report: Report } {
  const root = plantTree(sources, ['.oxlintrc.json', 'tsconfig.json']);
  trees.push(root);
  const { status, stdout } = runTool('oxlint', ['--deny-warnings', '--format', 'json'], root);
  return { status, report: JSON.parse(stdout) as Report };
}

/** The rules that the configuration enables by name, in the spelling of reports. */
function rulesByName(): string[] {
  const text = readFileSync(join(projectRoot, '.oxlintrc.json'), 'utf8');
  const names = [...text.matchAll(/"([\w/-]+)":\s*(?:"error"|\[\s*"error")/g)].map(([, name]) => name ?? '');
  return [...new Set(names)]
    .filter((name) => name !== 'correctness' && name !== 'suspicious')
    .map((name) => (name.includes('/') ? name.replace(/(.+)\/(.+)/, '$1($2)') : `eslint(${name})`));
}

describe('lint rules', () => {
  afterAll(() => trees.forEach(removeTree));

  it('accept a tree that follows them', () => {
    const { status, report } = lint(clean);

    expect(report.diagnostics).toEqual([]);
    expect(status).toBe(0);
    expect(report.number_of_files).toBe(Object.keys(clean).length);
  });

  it('report each planted violation under its own rule, and nothing else', () => {
    const all = [...planted, ...plantedOfCategories];
    const violations = Object.fromEntries(all.map(({ file, source }) => [file, `${source.trimEnd()}\n`]));

    const { status, report } = lint({ ...clean, ...violations });

    const reported = report.diagnostics.map(({ code, filename }) => `${filename}: ${code}`);
    expect(reported.toSorted()).toEqual(all.map(({ file, rule }) => `${file}: ${rule}`).toSorted());
    expect(status).not.toBe(0);
  });

  it('each have a planted violation', () => {
    const proved = new Set(planted.map(({ rule }) => rule));

    expect([...proved].toSorted()).toEqual(rulesByName().toSorted());
  });
});
