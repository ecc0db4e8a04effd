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

/** The uid and gid that PostgreSQL gets when we are root, which it refuses to run as: `nobody` on every Linux. */
export const UNPRIVILEGED = 65534;

/** A fixed PATH: only `setpriv` and `unshare` are looked up. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Binaries {
  /** Folder that holds `initdb` and `postgres`. */
  bin: string;
  /** For LD_LIBRARY_PATH: folders that hold the libraries under the names that the programs ask for. */
  libraryPath: string;
}

/** One link that the package leaves to an install script, which we don't run. Paths are relative to the package. */
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
 * The npm package with PostgreSQL's binaries.
 *
 * @throws EmbeddedPostgresError where there is none for this platform, or it was not installed
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

/** Where npm has PostgreSQL's binaries that we can run. Only Linux x64 is tested. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform))
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to a PostgreSQL of your own.`,
    );
  const name = `@embedded-postgres/${platform}`;
  try {
    // Its package.json is not among its exports, its main file is: dist/index.js.
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL (${name}) is not installed: run \`npm ci --include=optional\`, or set DATABASE_URL.`,
    );
  }
}

/**
 * The binaries where they were installed. The links that their libraries need are made in `linkFolder`: node_modules
 * may belong to somebody else and is never written.
 */
export function binariesInPlace(linkFolder: string): Binaries {
  const { native, links } = postgresPackage();
  mkdirSync(linkFolder, { recursive: true });
  for (const { source, target } of links) {
    const library = path.join(path.dirname(native), source);
    const link = path.join(linkFolder, path.basename(target));
    if (linkTarget(link) === library) continue; // else it is missing, or the checkout has moved
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
 * For root: a copy that the unprivileged uid can reach wherever the checkout is (58 MB, made once per version).
 *
 * @throws EmbeddedPostgresError naming what was wrong with each place tried
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
    `As root, PostgreSQL must run as uid ${UNPRIVILEGED}, and no copy of it can: ${faults.join('; ')}. ` +
      'Start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Nobody else may be able to plant binaries there. */
function claimPlace(place: string): void {
  mkdirSync(place, { recursive: true, mode: 0o755 });
  const stat = lstatSync(place);
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw new Error("others than root could write there, so it isn't used");
  }
  chmodSync(place, 0o755); // the umask may have closed it
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
    if (!existsSync(home)) throw cause; // else another start was faster
  }
}

/** Not what programs are compiled with, and no link: an install script's links would point back into the checkout. */
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
