import { createHash } from 'node:crypto';
import net from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { BootstrapError } from './error.mjs';

const POLL_MS = 200;
const DEADLINE_MS = 15 * 60_000;

/**
 * Waits until no other bootstrap runs in this checkout, and holds the lock until the process ends.
 * The lock is an abstract Unix socket, which only Linux has: the kernel frees it when the process ends.
 * @param {string} root real path of the checkout
 * @param {(line: string) => void} say
 */
export async function lockCheckout(
  root,
  say,
  { platform = process.platform, deadlineMs = DEADLINE_MS } = {},
) {
  if (platform !== 'linux') return;
  const name = `\0waybill-bootstrap:${createHash('sha256').update(root).digest('hex')}`;
  const deadline = Date.now() + deadlineMs;
  for (let told = false; !(await tryListen(name)); told = true) {
    if (!told) say('waiting for another npm start or npm test in this checkout');
    if (Date.now() > deadline)
      throw new BootstrapError('another npm start or npm test in this checkout has run for too long.');
    await delay(POLL_MS);
  }
}

function tryListen(name) {
  const server = net.createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(name, () => resolve(true));
    server.unref();
  });
}
