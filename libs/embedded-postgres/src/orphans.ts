import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error';

const POLL_MS = 50;

export interface OrphanPatience {
  /** How long they may take to end by themselves: they notice that the server or the postmaster is gone. */
  alone: number;
  /** After that, how long a postmaster may take for a fast shutdown. */
  shutdown: number;
  /** How long processes without a postmaster may take before they are killed. */
  headless: number;
  /** When to give up. */
  total: number;
}

const PATIENCE_MS: OrphanPatience = { alone: 500, shutdown: 10_000, headless: 2_000, total: 20_000 };

/** Ids of the PostgreSQL processes that work in a data folder, found by what they run and where. */
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
    return false; // ended meanwhile, or somebody else's
  }
}

/** Without /proc: the postmaster alone, which the others follow. Its number may be somebody else's by now. */
function postmasterByPidFile(data: string): number[] {
  const pid = Number(readPidFile(data)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return [];
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout?.includes('postgres') && stdout.includes(data) ? [pid] : [];
}

/** What `postmaster.pid` says, line by line; empty when there is none. */
export function readPidFile(data: string): string[] {
  try {
    return readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * Ends what a killed server left in a data folder, and its `postmaster.pid`.
 *
 * Only for the holder of the folder's lock: whatever still runs there has lost its server. A running postmaster is never
 * adopted, since nobody would stop it. The pid file goes even when a living process has its number: PostgreSQL itself
 * would refuse to start because of a stranger that got the same pid.
 *
 * @throws EmbeddedPostgresError when they can't be ended
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
        `PostgreSQL of a killed server can't be ended: processes ${left.join(', ')}.`,
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
      // ended meanwhile
    }
  }
}
