import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EmbeddedPostgresError, messageOf } from './embedded-postgres.error';

/**
 * The uid and gid that run PostgreSQL when this process is root, because PostgreSQL refuses to run as root. `nobody` on
 * every Linux.
 */
export const UNPRIVILEGED = 65534;

/** A fixed PATH, used only to find `setpriv` and `unshare`. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Binaries {
  /** Directory of `initdb` and `postgres`. */
  bin: string;
  /** LD_LIBRARY_PATH: directories that hold the libraries under the names that the programs load. */
  libraryPath: string;
}

/** A link that the package's install script would create; that script is not run. Paths are relative to the package. */
interface SonameLink {
  source: string;
  target: string;
}

interface PostgresPackage {
  native: string;
  version: string;
  links: SonameLink[];
}

/**
 * Finds the npm package with PostgreSQL's binaries.
 * @throws EmbeddedPostgresError if there is none for this platform, or it is not installed
 */
export function postgresPackage(): PostgresPackage {
  const home = packageFolder();
  const json = (file: string) => JSON.parse(readFileSync(path.join(home, file), 'utf8'));
  return {
    native: path.join(home, 'native'),
    version: (json('package.json') as { version: string }).version,
    links: json('native/pg-symlinks.json') as SonameLink[],
  };
}

/** Platforms with binaries on npm. Only Linux x64 is tested. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform))
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to your own PostgreSQL.`,
    );
  const name = `@embedded-postgres/${platform}`;
  try {
    // The package exports its main file, dist/index.js, but not its package.json.
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL (${name}) is not installed: run \`npm ci --include=optional\`, or set DATABASE_URL.`,
    );
  }
}

/**
 * Returns the binaries at their installed location. Creates the library links in `linkFolder`: node_modules may belong
 * to another user and is never written.
 */
export function binariesInPlace(linkFolder: string): Binaries {
  const { native, links } = postgresPackage();
  mkdirSync(linkFolder, { recursive: true });
  for (const { source, target } of links) {
    const library = path.join(path.dirname(native), source);
    const link = path.join(linkFolder, path.basename(target));
    if (linkTarget(link) === library) continue; // The link is missing, or the checkout has moved.
    rmSync(link, { force: true });
    symlinkSync(library, link);
  }
  return { bin: path.join(native, 'bin'), libraryPath: `${linkFolder}:${path.join(native, 'lib')}` };
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/**
 * Copies the binaries for root to a place that the unprivileged uid can reach, wherever the checkout is (58 MB, once
 * per version).
 * @throws EmbeddedPostgresError that lists what was wrong with each place
 */
export function binariesForRoot(
  places = [
    '/var/cache/embedded-postgres',
    '/var/tmp/embedded-postgres-0',
    path.join(os.tmpdir(), 'embedded-postgres-0'),
  ],
): Binaries {
  const { native, version, links } = postgresPackage();
  const faults: string[] = [];
  for (const place of places) {
    try {
      claimPlace(place);
      const home = path.join(place, version);
      if (!existsSync(home)) copyBinaries(native, links, home);
      const binaries = { bin: path.join(home, 'bin'), libraryPath: path.join(home, 'lib') };
      proveThatTheyRun(binaries);
      return binaries;
    } catch (cause) {
      faults.push(`${place}: ${messageOf(cause)}`);
    }
  }
  throw new EmbeddedPostgresError(
    `As root, PostgreSQL must run as uid ${UNPRIVILEGED}, but has no usable copy of its binaries: ${faults.join('; ')}. ` +
      'Start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Creates the directory so that no other user can place binaries in it. */
function claimPlace(place: string): void {
  mkdirSync(place, { recursive: true, mode: 0o755 });
  const stat = lstatSync(place);
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw new Error('users other than root can write there; not used');
  }
  chmodSync(place, 0o755); // The umask may have restricted it.
}

function copyBinaries(native: string, links: SonameLink[], home: string): void {
  const draft = mkdtempSync(`${home}.`);
  try {
    cpSync(native, draft, { recursive: true, filter: isNeededToRun });
    for (const { source, target } of links) {
      symlinkSync(path.basename(source), path.join(draft, path.relative('native', target)));
    }
    openToAll(draft);
    renameSync(draft, home);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(home)) throw cause; // Otherwise another start was faster.
  }
}

/** Skips build files and links: the install script's links would point back into the checkout. */
function isNeededToRun(file: string): boolean {
  return !/\.a$|\/include$/.test(file) && !lstatSync(file).isSymbolicLink();
}

function openToAll(file: string): void {
  const stat = lstatSync(file);
  if (stat.isSymbolicLink()) return;
  chownSync(file, 0, 0);
  chmodSync(file, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (stat.isDirectory()) for (const entry of readdirSync(file)) openToAll(path.join(file, entry));
}

function proveThatTheyRun({ bin, libraryPath }: Binaries): void {
  const run = spawnSync(path.join(bin, 'initdb'), ['--version'], {
    uid: UNPRIVILEGED,
    gid: UNPRIVILEGED,
    cwd: '/',
    env: { LD_LIBRARY_PATH: libraryPath },
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (run.status !== 0)
    throw run.error ?? new Error(run.stderr.trim() || `ended by ${run.signal ?? run.status}`);
}
