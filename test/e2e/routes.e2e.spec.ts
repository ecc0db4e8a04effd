import { useDatabase } from '../support/use-database';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { loadConfig } from '../../libs/config/src/config';
import type { createHttpApplication } from '../../libs/http/src/http-application';
import type { Route, RouteTable } from '../../libs/http/src/routes/route-table';
import type { ProcessModule } from '../../apps/server/src/process.module';
import { readAccessTable } from '../support/access-table';

/** Loaded from the build, because the OpenAPI document needs the compiler plugin. */
const built = <T>(file: string): T => require(path.resolve(__dirname, '../../dist', file)) as T;

/** POSTs without idempotency keys: they issue or end credentials. */
const notIdempotent = [
  'POST /api/v1/api-keys',
  'POST /api/v1/api-keys/:id/rotate',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/logout',
  'POST /api/v1/auth/password',
  'POST /api/v1/sessions',
  'POST /api/v1/users',
];
/** Reads of a single resource that never changes or is not JSON. */
const untagged = ['GET /api/docs/:file'];
/** Routes for health and metrics. */
const unlimited = ['GET /livez', 'GET /metrics', 'GET /readyz'];

describe('the routes of the booted application', () => {
  const { database, onClose } = useDatabase();
  let app: NestFastifyApplication;
  let routes: readonly Route[];

  beforeAll(async () => {
    const config = built<{ loadConfig: typeof loadConfig }>('libs/config/src/config.js').loadConfig('all', {
      BOOTSTRAP_ADMIN_KEY: randomUUID(),
      DATABASE_URL: database.url,
      NODE_ENV: 'test',
    });
    const { ProcessModule: Root } = built<{ ProcessModule: typeof ProcessModule }>(
      'apps/server/src/process.module.js',
    );
    const http = built<{ createHttpApplication: typeof createHttpApplication }>(
      'libs/http/src/http-application.js',
    );
    app = await http.createHttpApplication(Root.register(config, database.url), {
      bodyLimitBytes: config.bodyLimitBytes,
      csvLimitBytes: config.imports.limitBytes,
      logger: { log() {}, error() {}, warn() {} },
      observe() {},
    });
    onClose(() => app.close());
    const { RouteTable: Table } = built<{ RouteTable: typeof RouteTable }>(
      'libs/http/src/routes/route-table.js',
    );
    routes = app.get(Table).routes;
  });

  const nameOf = ({ method, path: at }: Route): string => `${method} ${at}`;
  const namesWhere = (holds: (route: Route) => boolean): string[] =>
    routes.filter(holds).map(nameOf).toSorted();

  it('have exactly the access rules of the table', () => {
    const declared = Object.fromEntries(routes.map((route) => [nameOf(route), route.access]));
    const tabled = readAccessTable().map(({ route, rule }) => [
      route,
      rule === 'known' ? 'authenticated' : rule,
    ]);
    expect(declared).toEqual(Object.fromEntries(tabled));
  });

  it('accept idempotency keys on every POST that creates or triggers something', () => {
    const posts = namesWhere(({ method }) => method === 'POST');
    expect(posts.filter((name) => !notIdempotent.includes(name))).toEqual(
      namesWhere(({ idempotent }) => idempotent === true),
    );
  });

  it('return an ETag for every single resource', () => {
    const single = namesWhere(
      ({ method, path: at }) => method === 'GET' && /\/(:\w+|current|me)(\/cost)?$|openapi\.json$/.test(at),
    );
    expect(single.filter((name) => !untagged.includes(name))).toEqual(
      namesWhere(({ method, tagged }) => method === 'GET' && tagged === true),
    );
  });

  it('are rate limited, except health and metrics; session creation has its own limit', () => {
    expect(namesWhere(({ limit }) => limit === 'none')).toEqual(unlimited);
    expect(namesWhere(({ limit }) => limit === 'session_creation')).toEqual([
      'GET /api/v1/sessions/new',
      'POST /api/v1/sessions',
    ]);
  });
});
