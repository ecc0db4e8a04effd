import { type SpawnOptions, spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { type Binaries, SYSTEM_PATH, UNPRIVILEGED, binariesForRoot, binariesInPlace } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/** How to run PostgreSQL's programs on this machine, as this user. */
export interface Runtime extends Binaries {
  /** The uid that runs them and owns the data. */
  uid: number;
  /** True if that is another uid, because this process is root. */
  dropsPrivileges: boolean;
  /** Programs that wrap each command. */
  wrapper: string[];
}

const USER_NAMESPACE = [
  'unshare',
  '--user',
  `--map-user=${UNPRIVILEGED}`,
  `--map-group=${UNPRIVILEGED}`,
  '--',
];
const END_WITH_PARENT = ['setpriv', '--pdeathsig', 'INT', '--'];

/**
 * @param linkFolder directory for the library links (see `binariesInPlace`)
 * @throws EmbeddedPostgresError if this user can't run PostgreSQL
 */
export function prepareRuntime(linkFolder: string): Runtime {
  // With setpriv, PostgreSQL shuts down at once when this process is killed; without it, the next start ends
  // PostgreSQL.
  const guard = works([...END_WITH_PARENT, 'true']) ? END_WITH_PARENT : [];
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) {
    assertCanDropPrivileges();
    return { ...binariesForRoot(), uid: UNPRIVILEGED, dropsPrivileges: true, wrapper: guard };
  }
  const wrapper = [...(hasPasswdEntry() ? [] : userNamespace(uid)), ...guard];
  return { ...binariesInPlace(linkFolder), uid, dropsPrivileges: false, wrapper };
}

function assertCanDropPrivileges(): void {
  if (process.platform !== 'linux')
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root: start as an ordinary user, or set DATABASE_URL.',
    );
  const run = spawnSync('true', {
    uid: UNPRIVILEGED,
    gid: UNPRIVILEGED,
    env: { PATH: SYSTEM_PATH },
    timeout: 5_000,
  });
  if (!run.error) return;
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and this root may not change its uid (no CAP_SETUID, CAP_SETGID): ' +
      'start as an ordinary user, or set DATABASE_URL.',
  );
}

function hasPasswdEntry(): boolean {
  try {
    os.userInfo();
    return true;
  } catch {
    return false;
  }
}

/** initdb fails for a uid without a name. In a user namespace, the process has one. */
function userNamespace(uid: number): string[] {
  if (works([...USER_NAMESPACE, 'true'])) return USER_NAMESPACE;
  throw new EmbeddedPostgresError(
    `uid ${uid} has no passwd entry, which PostgreSQL needs, and user namespaces are off: ` +
      'add the user, or set DATABASE_URL.',
  );
}

function works(command: string[]): boolean {
  const [program = '', ...args] = command;
  return (
    spawnSync(program, args, { stdio: 'ignore', env: { PATH: SYSTEM_PATH }, timeout: 5_000 }).status === 0
  );
}

/** A PostgreSQL program with its arguments, as `spawn` takes them. */
export function commandLine(runtime: Runtime, program: string, args: string[]): [string, string[]] {
  const [first = '', ...rest] = [...runtime.wrapper, path.join(runtime.bin, program), ...args];
  return [first, rest];
}

const LIBRARY_PATH = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';

/**
 * Environment, user and working directory of a PostgreSQL program: only the data directory, and none of this process's
 * variables.
 */
export function spawnOptions(runtime: Runtime, data: string): SpawnOptions {
  return {
    cwd: data,
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', [LIBRARY_PATH]: runtime.libraryPath },
    ...(runtime.dropsPrivileges && { uid: UNPRIVILEGED, gid: UNPRIVILEGED }),
  };
}

/**
 * The data directory's path as passed to PostgreSQL. PostgreSQL is started in that directory, before root drops its
 * uid: so the unprivileged uid needs no access to the parent directories.
 */
export function dataArgument(runtime: Runtime, data: string): string {
  return runtime.dropsPrivileges ? '/proc/self/cwd' : data;
}
