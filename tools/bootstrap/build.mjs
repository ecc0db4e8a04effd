import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { BootstrapError } from './error.mjs';

const SOURCE_FOLDERS = ['apps', 'libs'];
const SOURCE_FILES = ['package-lock.json', 'tsconfig.json', 'nest-cli.json', 'tools/swagger/plugin.js'];
const OUTPUT = 'dist/apps/server/main.js';
/** Written after a build finishes, so that an interrupted build is repeated. */
const STAMP = 'dist/.sources';

/** Returns a digest of all build inputs: names and contents, no timestamps. */
export function sourcesDigest(root) {
  const hash = createHash('sha256');
  for (const file of [...SOURCE_FILES, ...SOURCE_FOLDERS.flatMap((folder) => sourcesIn(root, folder))]) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function sourcesIn(root, folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .toSorted();
}

/** Returns the reason for a build, or undefined. */
export function staleBuild(root, digest) {
  if (!existsSync(path.join(root, OUTPUT))) return 'no build yet';
  let built;
  try {
    built = readFileSync(path.join(root, STAMP), 'utf8');
  } catch {
    return 'the last build was not finished';
  }
  return built === digest ? undefined : 'the sources have changed';
}

/** Builds from scratch, so that the output of deleted sources disappears too. */
export function build(root, node, digest) {
  removeOutput(root);
  const run = spawnSync(
    node,
    [path.join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build', 'server'],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: '' },
    },
  );
  if (run.error) throw new BootstrapError(`nest build can't be run: ${run.error.message}.`);
  if (run.status !== 0)
    throw new BootstrapError(`nest build failed (${run.signal ?? `exit code ${run.status}`}).`);
  if (!existsSync(path.join(root, OUTPUT))) throw new BootstrapError(`nest build did not create ${OUTPUT}.`);
  writeFileSync(path.join(root, STAMP), digest);
}

function removeOutput(root) {
  try {
    rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  } catch (error) {
    throw new BootstrapError(`the stale dist/ can't be removed: ${error.message}.`);
  }
}
