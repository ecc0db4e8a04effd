import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../support/child-process';
import { makeRunFolder } from '../support/test-run';
import { createTestDatabase } from '../support/database';
import { eventually } from '../support/poll';
import { startServer, type TestServer } from '../support/server';

const MAIN = path.resolve(__dirname, '../../dist/apps/server/main.js');

/** Runs the server until it exits. @returns its exit code and its output */
async function run(
  cwd: string,
  env: Record<string, string>,
  role?: string,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [MAIN, ...(role ? [role] : [])], {
    cwd,
    env: { ...nodeEnvironment(), PORT: '0', DATA_DIR: cwd, ...env },
    timeout: 120_000,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

// On a busy machine, a start takes many times as long.
describe('a start that can’t succeed', () => {
  let folder: string;
  let taken: Server;
  let port: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'waybill-start-'));
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = String((taken.address() as AddressInfo).port);
  });
  afterAll(() => {
    taken.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const unusable = (fault: string): string => `Invalid configuration: ${fault}.\n`;

  it.each<[string, () => [Record<string, string>, string?], () => string]>([
    [
      'an invalid PORT',
      () => [{ PORT: 'abc' }],
      () => unusable('PORT: must be a whole number from 0 to 65535; got "abc"'),
    ],
    ['a PORT that is taken', () => [{ PORT: port }], () => unusable(`PORT: ${port} is in use on 127.0.0.1`)],
    [
      'an OPS_PORT that is taken',
      () => [{ OPS_PORT: port }],
      () => unusable(`OPS_PORT: ${port} is in use on 127.0.0.1`),
    ],
    [
      'a HOST of another machine',
      () => [{ HOST: '192.0.2.1' }],
      () => unusable('HOST: 192.0.2.1 is not an address of this machine'),
    ],
    [
      'an unknown role',
      () => [{}, 'apii'],
      () => 'Unknown role "apii": use one of api, worker, all, migrate; the default is all.\n',
    ],
    [
      'a DATABASE_URL without a server',
      () => [{ DATABASE_URL: 'postgres://waybill:s3cret@127.0.0.1:1/waybill' }],
      () => `DATABASE_URL: PostgreSQL at 127.0.0.1:1 can't be reached (ECONNREFUSED).\n`,
    ],
    [
      'a DATA_DIR that can’t be created',
      () => [{ DATA_DIR: path.join(folder, 'file/data') }],
      () =>
        `DATA_DIR: can't create the directory ${path.join(folder, 'file/data')} ` +
        `(EEXIST: file already exists, mkdir '${path.join(folder, 'file')}'): set a writable directory.\n`,
    ],
  ])('explains %s in one sentence', async (_, given, expected) => {
    writeFileSync(path.join(folder, 'file'), '');
    const [env, role] = given();
    expect(await run(folder, env, role)).toEqual({ code: 1, said: expected() });
  });

  it('names the Node that it needs when it runs on an older one', async () => {
    const preload = path.join(folder, 'old-node.cjs');
    writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '24.10.0' });`);
    expect(await run(folder, { NODE_OPTIONS: `--require ${preload}`, PORT: 'abc' })).toEqual({
      code: 1,
      said: 'Node 24.10.0 is too old to run Waybill: use Node 24.11 or newer, or run it with npm start or npx.\n',
    });
  });

  it('reports whether the password or the database of DATABASE_URL is wrong, and shows neither', async () => {
    const database = await createTestDatabase();
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const none = await run(folder, { DATABASE_URL: url.href });
    expect(none.said).toBe(
      `DATABASE_URL: PostgreSQL at ${url.host} has no database "no_such_database": create it first.\n`,
    );
    await database.drop();
  });

  it('warns about lines of .env that have no effect, without showing their values', async () => {
    const here = mkdtempSync(path.join(tmpdir(), 'waybill-env-'));
    writeFileSync(path.join(here, '.env'), 'PORT=abc\nDATABSE_URL=postgres://a:s3cret@b/c\ns3cret line\n');
    const { said } = await run(here, { PORT: 'abc' });
    expect(said).toBe(
      `Warning: .env, line 2: unknown variable DATABSE_URL; did you mean DATABASE_URL?\n` +
        `Warning: .env, line 3: not a NAME=value assignment; ignored.\n` +
        unusable('PORT: must be a whole number from 0 to 65535; got "abc"'),
    );
    rmSync(here, { recursive: true });
  });
});

describe('a start from a terminal', () => {
  const offline = {
    CBR_JSON_URL: 'http://127.0.0.1:1/',
    CBR_XML_URL: 'http://127.0.0.1:1/',
    JOB_POLL_MS: '100',
  };

  it('prints the key at the first start only; when offline, logs in one line which rates price packages', async () => {
    const dataDir = makeRunFolder();
    const printsKey = (server: TestServer) => /\bwaybill_[0-9A-Za-z]{49}\b/.test(server.output());
    const first = await startServer({ dataDir, env: offline });
    const warnings = () =>
      first
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{"level":"warn"'));
    await eventually(() => warnings().length > 0, { describe: 'the warning' });
    await first.stop();
    expect(warnings().map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'Bank of Russia unavailable: using the snapshot of 2025-04-12 until it responds, ' +
        'unless newer rates are stored. Waybill keeps retrying.',
    ]);
    const second = await startServer({ dataDir, env: offline });
    await second.stop();
    expect([first, second].map(printsKey)).toEqual([true, false]);
    rmSync(dataDir, { recursive: true });
  });
});
