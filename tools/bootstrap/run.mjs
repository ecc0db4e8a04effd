// Installs missing packages, builds if the sources changed, and exits. Plain JavaScript for Node 20 without
// dependencies, because it runs before any are installed.
import { realpathSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, sourcesDigest, staleBuild } from './build.mjs';
import { BootstrapError } from './error.mjs';
import { acceptLeftOut, install, staleInstall } from './install.mjs';
import { lockCheckout } from './lock.mjs';
import { checkNodeVersion, pinnedNode } from './node.mjs';

const say = (line) => console.log(`bootstrap: ${line}`);

try {
  const root = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));
  process.chdir(root);
  await lockCheckout(root, say);
  installIfStale(root);
  checkNodeVersion(root);
  buildIfStale(root);
  process.exit(0); // The lock would keep the process alive.
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(`bootstrap: ${error.message}`);
  process.exit(1);
}

function installIfStale(root) {
  const reason = staleInstall(root);
  if (!reason) return;
  say(`npm ci, which takes about a minute (${reason})`);
  install(root);
  for (const name of acceptLeftOut(root)) say(`npm did not install ${name}, which this machine may need`);
  const left = staleInstall(root);
  if (left) throw new BootstrapError(`npm ci finished, but ${left}.`);
}

function buildIfStale(root) {
  const digest = sourcesDigest(root);
  const reason = staleBuild(root, digest);
  if (!reason) return;
  say(`nest build, which takes some seconds (${reason})`);
  build(root, pinnedNode(root), digest);
}
