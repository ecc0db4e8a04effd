import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error';

const POLL_MS = 50;

export interface OrphanPatience {
  /** Time for processes to end by themselves: they notice that the server or the postmaster has ended. */
  alone: number;
  /** After that, time for a postmaster's fast shutdown. */
  shutdown: number;
  /** Time for processes without a postmaster before they are killed. */
  headless: number;
  /** Total time limit. */
  total: number;
}

const PATIENCE_MS: OrphanPatience = { alone: 500, shutdown: 10_000, headless: 2_000, total: 20_000 };

/**
 * Returns the IDs of the PostgreSQL processes that run in a data directory, by their executable and working directory.
 */
export function postgresProcessesIn(data: string, platform = process.platform): number[] {
  if (platform !== 'linux') return postmasterByPidFile(data);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && runsPostgresIn(entry, data))
    .map(Number);
}

function runsPostgresIn(pid: string, data: string): boolean {
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`) === data &&
      /\/postgres( \(deleted\))?$/.test(readlinkSync(`/proc/${pid}/exe`))
    );
  } catch {
    return false; // The process ended meanwhile, or belongs to another user.
  }
}

/** Without /proc, finds only the postmaster; the other processes end with it. Its process ID may be reused by now. */
function postmasterByPidFile(data: string): number[] {
  const pid = Number(readPidFile(data)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return [];
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout?.includes('postgres') && stdout.includes(data) ? [pid] : [];
}

/** Reads the lines of `postmaster.pid`; empty if there is none. */
export function readPidFile(data: string): string[] {
  try {
    return readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * Ends the processes that a killed server left in a data directory, and deletes its `postmaster.pid`.
 * Call this only while holding the directory's lock: then any process that still runs there has lost its server. A
 * running postmaster is never reused, because no server would stop it. The pid file is deleted even if a live process
 * has its ID: PostgreSQL would refuse to start because of an unrelated process with the same ID.
 * @throws EmbeddedPostgresError if the processes can't be ended
 */
export async function endOrphans(data: string, offline: OrphanPatience = PATIENCE_MS): Promise<void> {
  const started = Date.now();
  let asked = false;
  for (let left = postgresProcessesIn(data); left.length > 0; left = postgresProcessesIn(data)) {
    const waited = Date.now() - started;
    const postmaster = Number(readPidFile(data)[0]);
    const headless = !left.includes(postmaster);
    if (waited > offline.total) {
      throw new EmbeddedPostgresError(
        `can't end the PostgreSQL processes of a killed server: ${left.join(', ')}.`,
      );
    }
    if (waited > (headless ? offline.headless : offline.shutdown)) {
      signal(left, 'SIGKILL');
    } else if (waited > offline.alone && !asked) {
      asked = true;
      signal(headless ? left : [postmaster], 'SIGINT');
    }
    await delay(POLL_MS);
  }
  rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // Ended meanwhile.
    }
  }
}
