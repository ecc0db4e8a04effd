// Runs jest on the pinned Node, with the arguments passed on: the second half of `npm test`.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
if (!existsSync(jest) || !process.execve) {
  console.error('test: run `npm test`, which installs jest and the Node that it needs');
  process.exit(1);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

// What a shell may carry for another purpose, and what jest sets by itself.
const { NODE_ENV: _mode, JEST_WORKER_ID: _worker, NODE_OPTIONS: options = '', ...env } = process.env;

// Takes our place: signals and the exit code are jest's own, and kill -9 leaves no child of ours behind.
// Nest 12 is ESM, which jest loads only with --experimental-vm-modules.
process.removeAllListeners('warning'); // execve calls itself experimental
process.execve(process.execPath, [process.execPath, jest, ...process.argv.slice(2)], {
  ...env,
  NODE_OPTIONS: `${options} --experimental-vm-modules --no-warnings`.trim(),
});
