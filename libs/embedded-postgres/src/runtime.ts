import { type SpawnOptions, spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { type Binaries, SYSTEM_PATH, UNPRIVILEGED, binariesForRoot, binariesInPlace } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/** How PostgreSQL's programs are run on this machine, by this user. */
export interface Runtime extends Binaries {
  /** Who runs them and owns the data. */
  uid: number;
  /** True when that isn't us: we are root. */
  dropsPrivileges: boolean;
  /** Programs that each command goes through. */
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
 * @param linkFolder where the library links may be made (see `binariesInPlace`)
 * @throws EmbeddedPostgresError when this user can't run PostgreSQL
 */
export function prepareRuntime(linkFolder: string): Runtime {
  // kill -9 of our process then shuts PostgreSQL down at once; without setpriv the next start does.
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

/** initdb fails for a uid that has no name; in a user namespace we appear as one that has. */
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

/** A program of PostgreSQL's with its arguments, as `spawn` takes them. */
export function commandLine(runtime: Runtime, program: string, args: string[]): [string, string[]] {
  const [first = '', ...rest] = [...runtime.wrapper, path.join(runtime.bin, program), ...args];
  return [first, rest];
}

const LIBRARY_PATH = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';

/** Environment, user and working directory of a program of PostgreSQL's: the data folder, and nothing of ours. */
export function spawnOptions(runtime: Runtime, data: string): SpawnOptions {
  return {
    cwd: data,
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', [LIBRARY_PATH]: runtime.libraryPath },
    ...(runtime.dropsPrivileges && { uid: UNPRIVILEGED, gid: UNPRIVILEGED }),
  };
}

/**
 * How the data folder is named to PostgreSQL. The working directory is entered before the uid is dropped, so that as
 * root the folders above it may be closed to the unprivileged uid.
 */
export function dataArgument(runtime: Runtime, data: string): string {
  return runtime.dropsPrivileges ? '/proc/self/cwd' : data;
}
