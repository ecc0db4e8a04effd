import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { eventually } from '../../../test/support/poll';
import { makeRunFolder } from '../../../test/support/test-run';
import { startEmbeddedPostgres } from './embedded-postgres';
import { postgresProcessesIn } from './orphans';

const IS_ROOT = process.getuid?.() === 0;
const ROOT_FOLDER = path.resolve(__dirname, '../../..');

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** A separate process that starts PostgreSQL and keeps running, like a server. */
interface Owner {
  process: ChildProcess;
  /** Its output: `{url, pid}`, or the message of the error. */
  started: Promise<{ url: string; pid: number }>;
}

function startInProcess(dir: string, uid?: number): Owner {
  const script = `
    const { startEmbeddedPostgres } = require(${JSON.stringify(path.join(__dirname, 'embedded-postgres'))});
    startEmbeddedPostgres({ dir: process.argv[1] }).then(
      ({ url, pid }) => { console.log(JSON.stringify({ url, pid })); setInterval(() => {}, 1e6); },
      (error) => { console.log(error.name + ': ' + error.message); process.exit(1); });`;
  const register = path.join(ROOT_FOLDER, 'test/support/swc-register.cjs');
  const child = spawn(process.execPath, ['--require', register, '--eval', script, dir], {
    cwd: ROOT_FOLDER,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const started = once(child.stdout!.setEncoding('utf8'), 'data').then(([text]: string[]) => {
    if (!text?.startsWith('{')) throw new Error(text);
    return JSON.parse(text) as { url: string; pid: number };
  });
  return { process: child, started };
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Whether another user can run files of this checkout. */
const canBeRunBy = (uid: number) =>
  IS_ROOT &&
  spawnSync(process.execPath, ['--version'], { uid, gid: uid, cwd: ROOT_FOLDER, env: {} }).status === 0;

describe('embedded PostgreSQL', () => {
  // Has spaces, Cyrillic letters, and a parent that other users can't enter.
  const parent = makeRunFolder();
  const closed = path.join(parent, 'Мои проекты');
  const dir = path.join(closed, 'данные');
  const data = path.join(dir, 'postgres', 'data');

  beforeAll(() => {
    chmodSync(parent, 0o711);
    mkdirSync(closed, { mode: 0o700 });
  });
  afterEach(() =>
    eventually(() => postgresProcessesIn(data).length === 0, { describe: 'no PostgreSQL is left running' }),
  );
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('starts, keeps its data over a restart and supports Cyrillic', async () => {
    const first = await startEmbeddedPostgres({ dir });
    expect(new URL(first.url).pathname).toBe('/waybill');
    await query(first.url, `create table kept as select 'ПРИВЕТ' as word`);
    await first.stop();
    await first.stop();

    const second = await startEmbeddedPostgres({ dir });
    expect(await query(second.url, `select lower(word) as word from kept where word ilike 'п%'`)).toEqual([
      { word: 'привет' },
    ]);
    expect(
      await query(
        second.url,
        `select name from (values ('я'), ('ё'), ('е')) v(name) order by name collate "ru-x-icu"`,
      ),
    ).toEqual([{ name: 'е' }, { name: 'ё' }, { name: 'я' }]);
    await second.stop();
    expect(statSync(path.join(dir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
  });

  it('refuses a second start in the same folder and leaves the first one running', async () => {
    const first = await startEmbeddedPostgres({ dir });
    await expect(startEmbeddedPostgres({ dir })).rejects.toThrow(/Another server already uses .*данные/);
    await expect(startInProcess(dir).started).rejects.toThrow(
      /EmbeddedPostgresError: Another server already uses/,
    );
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await first.stop();
  });

  it('ends with its parent process after kill -9, and starts again', async () => {
    const owner = startInProcess(dir);
    const { url, pid } = await owner.started;
    await query(url, 'create table before_the_kill ()');
    await kill(owner.process);
    await eventually(() => postgresProcessesIn(data).length === 0, {
      describe: `postmaster ${pid} has ended`,
    });

    const next = await startEmbeddedPostgres({ dir });
    expect(await query(next.url, 'select * from before_the_kill')).toEqual([]);
    await next.stop();
  });

  it('reports a killed postmaster, and starts again even if children of it still run', async () => {
    const reasons: string[] = [];
    const first = await startEmbeddedPostgres({ dir, onExit: (reason) => reasons.push(reason) });
    const child = postgresProcessesIn(data).find((pid) => pid !== first.pid)!;
    process.kill(child, 'SIGSTOP');
    process.kill(first.pid, 'SIGKILL');
    await eventually(() => reasons.length, { describe: 'onExit is called' });
    expect(reasons).toEqual(['ended by SIGKILL']);
    await first.stop();
    expect(postgresProcessesIn(data)).toContain(child);

    const next = await startEmbeddedPostgres({ dir });
    expect(postgresProcessesIn(data)).not.toContain(child);
    await next.stop();
  });

  it('does not call onExit when it is stopped', async () => {
    const onExit = jest.fn();
    const postgres = await startEmbeddedPostgres({ dir, onExit });
    await postgres.stop();
    expect(onExit).not.toHaveBeenCalled();
  });

  it('starts although the pid file names the process of another program', async () => {
    const uid = statSync(data).uid; // PostgreSQL checks only processes with its own uid
    const stranger = spawn('sleep', ['60'], { ...(IS_ROOT && { uid, gid: uid }) });
    await once(stranger, 'spawn');
    writeFileSync(path.join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n1\n5432\n\n127.0.0.1\n`);
    const postgres = await startEmbeddedPostgres({ dir });
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await postgres.stop();
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  it('repeats an unfinished initdb and keeps other files', async () => {
    const other = path.join(closed, 'other');
    const foreign = path.join(other, 'postgres', 'data', 'diary.txt');
    mkdirSync(path.dirname(foreign), { recursive: true });
    writeFileSync(foreign, 'mine');
    await expect(startEmbeddedPostgres({ dir: other })).rejects.toThrow(/do not belong to Waybill/);
    expect(existsSync(foreign)).toBe(true);

    writeFileSync(path.join(other, 'postgres', 'initdb.unfinished'), '');
    const postgres = await startEmbeddedPostgres({ dir: other });
    expect(existsSync(foreign)).toBe(false);
    await postgres.stop();
  });

  it('reports a data directory that cannot be created', async () => {
    writeFileSync(path.join(closed, 'file'), '');
    await expect(startEmbeddedPostgres({ dir: path.join(closed, 'file') })).rejects.toThrow(
      /^DATA_DIR: can't create the directory/,
    );
  });

  it('skips fsync and creates no database when it is ephemeral', async () => {
    const postgres = await startEmbeddedPostgres({ dir: path.join(closed, 'ephemeral'), ephemeral: true });
    expect(await query(postgres.url, 'show fsync')).toEqual([{ fsync: 'off' }]);
    expect(await query(postgres.url, 'select datname from pg_database where not datistemplate')).toEqual([
      { datname: 'postgres' },
    ]);
    await postgres.stop();
  });

  (canBeRunBy(65534) ? describe : describe.skip)(
    'as other users (needs root, and a checkout they can reach)',
    () => {
      const folderOf = (uid: number) => {
        const folder = path.join(parent, `of ${uid}`);
        mkdirSync(folder, { mode: 0o700 });
        chownSync(folder, uid, uid);
        return folder;
      };

      it('runs as an ordinary user without a home; after root used the data, that user gets a clear error', async () => {
        const folder = folderOf(65534);
        const owner = startInProcess(folder, 65534);
        await query((await owner.started).url, 'create table mine ()');
        await kill(owner.process);
        await eventually(() => postgresProcessesIn(path.join(folder, 'postgres/data')).length === 0, {
          describe: 'the PostgreSQL of the ordinary user has ended',
        });

        chownSync(path.join(folder, 'postgres/data'), 12345, 12345);
        await expect(startInProcess(folder, 65534).started).rejects.toThrow(
          /belongs to uid 12345 and you are uid 65534/,
        );
        const asRoot = await startEmbeddedPostgres({ dir: folder });
        expect(await query(asRoot.url, 'select * from mine')).toEqual([]);
        await asRoot.stop();
      });

      it('runs under a uid without a passwd entry if user namespaces are available, else reports that', async () => {
        const uid = 54321;
        const namespaces =
          spawnSync('unshare', ['--user', '--map-user=65534', '--', 'true'], { uid, gid: uid }).status === 0;
        const owner = startInProcess(folderOf(uid), uid);
        const outcome = await owner.started.then(
          async ({ url }) => JSON.stringify(await query(url, 'select 1 as one')),
          (error: Error) => error.message,
        );
        expect(outcome).toMatch(namespaces ? /^\[\{"one":1\}\]$/ : /no passwd entry.*DATABASE_URL/);
        owner.process.kill('SIGKILL');
      });
    },
  );
});
