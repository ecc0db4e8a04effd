import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { clusterFiles, ensureCluster } from '../../libs/embedded-postgres/src/cluster';
import { launchPostmaster } from '../../libs/embedded-postgres/src/postmaster';
import { prepareRuntime } from '../../libs/embedded-postgres/src/runtime';
import { describeOnEachPostgres, postgresBackends } from './database';
import { removeStaleRunFolders, openRun } from './test-run';

/** ID of a process that has ended. */
const deadPid = () => spawnSync('true').pid;
const uid = process.getuid?.() ?? 0;

describe('the folders of killed runs', () => {
  const parent = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'waybill-collect-')));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));
  const make = (name: string) => {
    mkdirSync(path.join(parent, name));
    return path.join(parent, name);
  };

  it('are removed together with their PostgreSQL; folders of running tests and other users are kept', async () => {
    const killed = make(`waybill-test-${uid}-${deadPid()}-abc`);
    const files = clusterFiles(path.join(killed, 'postgres'));
    mkdirSync(files.folder);
    const runtime = { ...prepareRuntime(files.links), wrapper: [] };
    await ensureCluster(files, runtime, false);
    const postmaster = await launchPostmaster(files, runtime, true);

    const kept = [
      make(`waybill-test-${uid}-${process.pid}-abc`),
      make(`waybill-test-${uid + 1}-${deadPid()}-abc`),
      make(`waybill-test-${uid}-notes`),
    ];
    await removeStaleRunFolders([parent]);
    await expect(postmaster.ended).resolves.toBe('ended with code 0');
    expect(existsSync(killed)).toBe(false);
    for (const folder of kept) expect(existsSync(folder)).toBe(true);
  });
});

describeOnEachPostgres('the databases of a run', (on) => {
  const adminUrl = postgresBackends().find((backend) => backend.on === on)!.adminUrl!;
  const admin = new Client({ connectionString: adminUrl });
  beforeAll(() => admin.connect());
  const made: string[] = [];
  afterAll(async () => {
    for (const name of made) await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
  const existing = async (prefix: string) => {
    const { rows } = await admin.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1) order by datname',
      [prefix],
    );
    return rows.map(({ datname }) => datname);
  };

  it('are dropped at the end of the run, or by the next run if it was killed, but never while it runs', async () => {
    const mark = Math.random().toString(36).slice(2, 8);
    const [living, killed, next] = [
      `waybill_test_1_${mark}`,
      `waybill_test_2_${mark}`,
      `waybill_test_3_${mark}`,
    ];
    const alike = `waybill_testing_${mark}`; // of another owner
    const migrated: string[] = [];
    const migrate = async (url: string) => void migrated.push(new URL(url).pathname);
    made.push(`${killed}_template`, `${living}_template`, `${next}_template`, alike);
    const run = await openRun(adminUrl, living, migrate);
    await admin.query(`create database ${killed}_template`);
    await admin.query(`create database ${alike}`);

    const nextRun = await openRun(adminUrl, next, migrate);
    expect(migrated).toEqual([`/${living}_template`, `/${next}_template`]);
    expect(await existing(killed)).toEqual([]);
    expect(await existing(living)).toEqual([`${living}_template`]);
    await run.close();
    await nextRun.close();
    expect([await existing(living), await existing(next)]).toEqual([[], []]);
    expect(await existing(alike)).toEqual([alike]);
  });
});
