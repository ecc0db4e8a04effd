import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { lockFolder } from './lock';

// Without a Mac, the spec tests macOS's kind of lock on this machine.
describe.each<NodeJS.Platform>([process.platform, 'darwin'])(
  'the lock of a data folder, as on %s',
  (platform) => {
    let folder: string;
    beforeEach(() => (folder = `/nowhere/${randomUUID()}`));

    it('is held by one process until it is released', async () => {
      const lock = await lockFolder(folder, platform);
      await expect(lockFolder(folder, platform)).rejects.toThrow(`Another server already uses ${folder}`);
      await lock.release();
      await (await lockFolder(folder, platform)).release();
    });

    it('is released when its holder is killed', async () => {
      const register = path.resolve(__dirname, '../../../test/support/swc-register.cjs');
      const script = `require(${JSON.stringify(path.join(__dirname, 'lock'))}).lockFolder(process.argv[1], process.argv[2])
      .then(() => { console.log('mine'); setInterval(() => {}, 1e6); });`;
      const holder = spawn(process.execPath, ['--require', register, '--eval', script, folder, platform], {
        cwd: path.resolve(__dirname, '../../../..'),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(holder.stdout, 'data');
      await expect(lockFolder(folder, platform)).rejects.toThrow('Another server already uses');
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      await (await lockFolder(folder, platform)).release();
    });
  },
);
