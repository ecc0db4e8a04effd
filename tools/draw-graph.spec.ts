import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantTree, projectRoot, removeTree } from '../test/architecture/planted-tree';

const blankPage =
  'Before.\n\n<!-- module graph: drawn by npm run boundaries:graph -->\n<!-- end of module graph -->\n\nAfter.\n';

const sources = {
  'docs/architecture.md': blankPage,
  'package.json': '{}',
  'libs/database/src/index.ts': `export const connect = 1;`,
  'apps/server/src/main.ts': `import { orders } from './orders'; console.log(orders);`,
  'apps/server/src/sessions/index.ts': `export const session = 1;`,
  'apps/server/src/orders/index.ts': `export { orders } from './orders.service';`,
  'apps/server/src/orders/orders.service.ts': `import { connect } from '@waybill/database'; import { session } from '../sessions'; export const orders = [connect, session];`,
  'apps/server/src/sessions/sessions.spec.ts': `import { connect } from '@waybill/database'; console.log(connect);`,
};

describe('the drawn module graph', () => {
  let root: string;

  beforeEach(() => {
    root = plantTree(sources, ['.dependency-cruiser.cjs', 'tsconfig.json']);
  });

  afterEach(() => removeTree(root));

  function run(...args: string[]): number | null {
    const tool = join(projectRoot, 'tools/draw-graph.mjs');
    return spawnSync(process.execPath, [tool, ...args, root], { timeout: 120_000 }).status;
  }

  const pageOf = () => readFileSync(join(root, 'docs/architecture.md'), 'utf8');

  it('shows modules, libs and their imports, and does not change the rest of the page', () => {
    expect(run()).toBe(0);

    expect(pageOf()).toBe(
      blankPage.replace(
        '-->\n<!-- end',
        `-->

\`\`\`mermaid
flowchart TB
  subgraph apps_server["apps/server"]
    apps_server_orders["orders"]
    apps_server_server_composition_root["server (composition root)"]
    apps_server_sessions["sessions"]
  end
  subgraph libs["libs"]
    libs_database["database"]
  end
  apps_server_orders --> apps_server_sessions
  apps_server_orders --> libs_database
  apps_server_server_composition_root --> apps_server_orders
\`\`\`

<!-- end`,
      ),
    );
  });

  it('passes the check until the code changes, and again after it is redrawn', () => {
    run();
    expect(run('--check')).toBe(0);

    writeFileSync(
      join(root, 'apps/server/src/sessions/index.ts'),
      `import { connect } from '@waybill/database'; export const session = connect;`,
    );
    const stale = pageOf();
    expect(run('--check')).toBe(1);
    expect(pageOf()).toBe(stale);

    run();
    expect(run('--check')).toBe(0);
  });

  it('fails on a page without the markers', () => {
    writeFileSync(join(root, 'docs/architecture.md'), 'Nothing here.\n');

    expect(run()).toBe(1);
  });
});
