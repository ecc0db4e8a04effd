// Second step of `npm test`: runs jest on the pinned Node and passes its arguments on.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
if (!existsSync(jest) || !process.execve) {
  console.error('test: run `npm test`, which installs jest and the Node that it needs');
  process.exit(1);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

// Removes variables that a shell may set for other purposes, and those that jest sets itself.
const { NODE_ENV: _mode, JEST_WORKER_ID: _worker, NODE_OPTIONS: options = '', ...env } = process.env;

// Replaces this process, so that jest gets the signals, its exit code is returned, and kill -9 leaves no child. Nest 12
// is ESM, which jest loads only with --experimental-vm-modules.
process.removeAllListeners('warning'); // execve warns that it is experimental
process.execve(process.execPath, [process.execPath, jest, ...process.argv.slice(2)], {
  // Servers and tools that the tests start use it. The next build removes it with the rest of dist/.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../dist/.compile-cache', import.meta.url)),
  ...env,
  NODE_OPTIONS: `${options} --experimental-vm-modules --no-warnings`.trim(),
});
