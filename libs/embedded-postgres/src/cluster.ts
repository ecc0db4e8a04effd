import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError, messageOf } from './embedded-postgres.error';
import { type Runtime, commandLine, dataArgument, spawnOptions } from './runtime';

const INITDB_TIMEOUT_MS = 120_000;
/** A container may lack /dev/stdin, and macOS has no /proc. */
const STDIN = process.platform === 'linux' ? '/proc/self/fd/0' : '/dev/fd/0';

/** Paths of one cluster, all in one directory. */
export interface ClusterFiles {
  folder: string;
  data: string;
  /** Library links; see `binariesInPlace`. */
  links: string;
  password: string;
  log: string;
  /** Exists while initdb runs. If it is present at a start, the data can be deleted. */
  unfinished: string;
  /** Exists once initdb has finished. */
  initialised: string;
}

export function clusterFiles(folder: string): ClusterFiles {
  const at = (name: string) => path.join(folder, name);
  return {
    folder,
    data: at('data'),
    links: at('lib'),
    password: at('password'),
    log: at('postgres.log'),
    unfinished: at('initdb.unfinished'),
    initialised: at('initdb.done'),
  };
}

/**
 * Creates the cluster unless it exists; repeats an interrupted initdb.
 * Uses UTF-8 with the builtin C.UTF-8 locale, so that `lower` and `ILIKE` handle Cyrillic whatever locales the machine
 * has.
 * @param durable false disables flushing to disk
 * @throws EmbeddedPostgresError with initdb's output, or if other files are in the way
 */
export async function ensureCluster(files: ClusterFiles, runtime: Runtime, durable: boolean): Promise<void> {
  if (existsSync(files.initialised) && existsSync(files.data)) {
    if (statSync(files.data).uid !== runtime.uid) chownTree(files.data, runtime.uid);
    return;
  }
  const foreign =
    existsSync(files.data) && readdirSync(files.data).length > 0 && !existsSync(files.unfinished);
  if (foreign) {
    throw new EmbeddedPostgresError(
      `${files.data} contains files that do not belong to Waybill: move them elsewhere.`,
    );
  }
  writeFileSync(files.unfinished, '');
  rmSync(files.data, { recursive: true, force: true });
  mkdirSync(files.data, { mode: 0o700 });
  rmSync(files.password, { force: true });
  writeFileSync(files.password, randomBytes(18).toString('base64url'), { mode: 0o600 });
  if (runtime.dropsPrivileges) {
    chownSync(files.data, runtime.uid, runtime.uid);
    chownSync(files.password, runtime.uid, runtime.uid); // initdb reopens it through /proc.
  }
  await initdb(files, runtime, durable);
  if (runtime.dropsPrivileges) chownSync(files.password, 0, 0);
  writeFileSync(files.initialised, '');
  rmSync(files.unfinished);
}

async function initdb(files: ClusterFiles, runtime: Runtime, durable: boolean): Promise<void> {
  const [program, args] = commandLine(runtime, 'initdb', [
    ...['-D', dataArgument(runtime, files.data), '-U', 'postgres', '-E', 'UTF8'],
    ...['-A', 'scram-sha-256', `--pwfile=${STDIN}`],
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
  ]);
  const password = openSync(files.password, 'r');
  try {
    const child = spawn(program, args, {
      ...spawnOptions(runtime, files.data),
      stdio: [password, 'ignore', 'pipe'],
      timeout: INITDB_TIMEOUT_MS,
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
    const fault = await new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('close', (code, signal) =>
        resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)),
      );
    });
    if (fault) throw new EmbeddedPostgresError(`PostgreSQL's initdb failed (${fault}). ${said.trim()}`);
  } finally {
    closeSync(password);
  }
}

/**
 * Lets root take over another user's data; refuses any other user.
 * @throws EmbeddedPostgresError if the data belongs to another user
 */
export function assertOwner(files: ClusterFiles, runtime: Runtime): void {
  if (runtime.dropsPrivileges || !existsSync(files.data)) return;
  const owner = statSync(files.data).uid;
  if (owner === runtime.uid) return;
  throw new EmbeddedPostgresError(
    `${files.data} belongs to uid ${owner} and you are uid ${runtime.uid}: ` +
      'start as that user, change the owner, or set another DATA_DIR.',
  );
}

function chownTree(file: string, uid: number): void {
  // Changes the directory itself last, so that an interrupted run is detected and repeated.
  for (const entry of readdirSync(file, { withFileTypes: true })) {
    const child = path.join(file, entry.name);
    if (entry.isDirectory()) chownTree(child, uid);
    else lchownSync(child, uid, uid);
  }
  chownSync(file, uid, uid);
}

/** Reads the superuser's password. */
export const readPassword = (files: ClusterFiles): string => readFileSync(files.password, 'utf8').trim();
