import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clusterFiles, ensureCluster } from './cluster';
import { endOrphans, postgresProcessesIn } from './orphans';
import { launchPostmaster } from './postmaster';
import { prepareRuntime } from './runtime';

describe('the PostgreSQL of a killed server, on a machine without setpriv', () => {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'waybill-orphans-')));
  const files = clusterFiles(folder);
  const runtime = { ...prepareRuntime(files.links), wrapper: [] };

  beforeAll(() => ensureCluster(files, runtime, false));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is shut down with a fast shutdown, not killed', async () => {
    const postmaster = await launchPostmaster(files, runtime, true);
    expect(postgresProcessesIn(files.data)).toContain(postmaster.pid);
    await endOrphans(files.data);
    expect(postgresProcessesIn(files.data)).toEqual([]);
    await expect(postmaster.ended).resolves.toBe('ended with code 0');
  });

  it('is killed when it does not respond', async () => {
    const postmaster = await launchPostmaster(files, runtime, true);
    process.kill(postmaster.pid, 'SIGSTOP');
    await endOrphans(files.data, { alone: 0, shutdown: 200, headless: 200, total: 5_000 });
    expect(postgresProcessesIn(files.data)).toEqual([]);
    await expect(postmaster.ended).resolves.toBe('ended by SIGKILL');
  });

  it('is found by its pid file without /proc, unless another process has that number now', async () => {
    const data = path.join(folder, 'without-proc');
    mkdirSync(data);
    const pretend = spawn(process.execPath, [
      '-e',
      'setInterval(() => {}, 1e6)',
      '/bin/postgres',
      '-D',
      data,
    ]);
    const pid = pretend.pid as number;
    writeFileSync(path.join(data, 'postmaster.pid'), `${pid}\n`);
    expect(postgresProcessesIn(data, 'darwin')).toEqual([pid]);
    writeFileSync(path.join(data, 'postmaster.pid'), `${process.pid}\n`);
    expect(postgresProcessesIn(data, 'darwin')).toEqual([]);
    pretend.kill('SIGKILL');
    await once(pretend, 'exit');
  });

  it('does not affect the PostgreSQL of another folder', async () => {
    const postmaster = await launchPostmaster(files, runtime, true);
    const other = path.join(folder, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'postmaster.pid'), `${postmaster.pid}\n`);
    await endOrphans(other);
    expect(postgresProcessesIn(files.data)).toContain(postmaster.pid);
    await postmaster.stop();
  });
});
