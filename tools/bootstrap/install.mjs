import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { BootstrapError } from './error.mjs';

/** Lists the matching packages that npm omitted in its last install, because a second install would omit them again. */
const LEFT_OUT = 'node_modules/.waybill-left-out';

/**
 * Returns the reason for an install, or undefined. Reads npm's own record of the installed packages, which `npm ci`
 * writes last, so an interrupted install has none.
 */
export function staleInstall(root, machine = thisMachine()) {
  const [wanted, installed] = bothPackages(root);
  if (!installed) return 'node_modules is missing or unfinished';
  const fault = installFault(wanted, installed, machine);
  if (fault) return fault;
  const [missing] = missingForMachine(root, wanted, installed, machine);
  return missing && `${missing} is missing, which this machine needs`;
}

/** Accepts the packages that npm has just omitted. @returns their names */
export function acceptLeftOut(root, machine = thisMachine()) {
  const [wanted, installed] = bothPackages(root);
  const names = installed ? missingForMachine(root, wanted, installed, machine) : [];
  if (names.length > 0) writeFileSync(path.join(root, LEFT_OUT), names.join('\n'));
  return names;
}

function bothPackages(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  if (!wanted) throw new BootstrapError('package-lock.json is missing or damaged.');
  return [wanted, readPackages(path.join(root, 'node_modules', '.package-lock.json'))];
}

/**
 * Compares the `packages` of the lockfile with those of npm's record.
 * Optional packages may be absent (those of other platforms), except those that Waybill itself requires: the pinned
 * Node and PostgreSQL's binaries.
 */
export function installFault(wanted, installed, machine) {
  const ours = new Set(
    Object.keys(wanted['']?.optionalDependencies ?? {}).map((name) => `node_modules/${name}`),
  );
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '' || entry.link || entry.extraneous) continue;
    const found = installed[name];
    const mayBeAbsent = entry.optional && !(ours.has(name) && fits(entry, machine));
    if (!found && mayBeAbsent) continue;
    if (!found) return `${name} is missing`;
    if (found.version !== entry.version || found.integrity !== entry.integrity) return `${name} differs`;
  }
  const extra = Object.keys(installed).find((name) => !wanted[name] || wanted[name].extraneous);
  return extra && `${extra} is not in the lockfile`;
}

/**
 * Returns the missing binaries for this machine: npm omits binaries that do not match its own Node, and the Node may
 * have changed since. Ignores binaries of absent packages, and those that the last install omitted.
 */
function missingForMachine(root, wanted, installed, machine) {
  const leftOut = readText(path.join(root, LEFT_OUT)).split('\n');
  return Object.entries(wanted)
    .filter(([, entry]) => entry.optional && (entry.os || entry.cpu) && fits(entry, machine))
    .map(([name]) => name)
    .filter((name) => !leftOut.includes(name) && isWantedBySomeone(name, installed))
    .filter((name) => !installed[name] || !existsSync(path.join(root, name, 'package.json')));
}

const isWantedBySomeone = (name, installed) => {
  const dependency = name.slice(name.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return Object.values(installed).some((entry) => entry.optionalDependencies?.[dependency]);
};

const fits = ({ os: systems, cpu: cpus, libc: libcs }, { platform, arch, libc }) =>
  (!systems || systems.includes(platform)) &&
  (!cpus || cpus.includes(arch)) &&
  (!libcs || platform !== 'linux' || libcs.includes(libc));

function thisMachine() {
  const { platform, arch } = process;
  const isGlibc = platform === 'linux' && Boolean(process.report.getReport().header.glibcVersionRuntime);
  return { platform, arch, libc: isGlibc ? 'glibc' : 'musl' };
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Installs exactly the lockfile, ignoring npm configuration from elsewhere, and runs no install scripts. */
export function install(root) {
  const env = installEnvironment(process.env);
  const cache = cacheFor(env);
  const [program, args] = npmCommand(process.env.npm_execpath);
  const run = spawnSync(
    program,
    [
      ...args,
      'ci',
      '--include=dev',
      '--include=optional',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { cwd: root, stdio: 'inherit', env: { ...env, ...cache.env } },
  );
  cache.remove();
  if (run.error) throw new BootstrapError(`npm can't be run: ${run.error.message}.`);
  if (run.status !== 0)
    throw new BootstrapError(`npm ci failed (${run.signal ?? `exit code ${run.status}`}).`);
}

const MISLEADING =
  /^npm_config_(omit|include|production|only|ignore_scripts|dry_run|global|location|prefix|offline|package_lock.*)$/i;

/**
 * Returns the environment without variables that make `npm ci` omit packages, install elsewhere, or behave as a child
 * of a script.
 */
export function installEnvironment(environment) {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^npm_(package|lifecycle)_/.test(name) && !MISLEADING.test(name) && name !== 'NODE_ENV',
  );
  return { ...Object.fromEntries(kept), npm_config_update_notifier: 'false' };
}

/** Returns a temporary cache directory if npm's own is not writable: no HOME, or another user's. */
function cacheFor(env) {
  const own = env.npm_config_cache ?? path.join(env.HOME || '/nonexistent', '.npm');
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return { env: {}, remove() {} };
  } catch {
    const temporary = mkdtempSync(path.join(os.tmpdir(), 'waybill-npm-'));
    return {
      env: { npm_config_cache: temporary },
      remove: () => rmSync(temporary, { recursive: true, force: true }),
    };
  }
}

/** Returns the npm that runs this process, if any. */
function npmCommand(execPath) {
  return execPath?.endsWith('.js') ? [process.execPath, [execPath]] : ['npm', []];
}
