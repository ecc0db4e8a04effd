import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

describe('.env.example', () => {
  it('says what libs/config reads, all of it, with its defaults', () => {
    const script = resolve(__dirname, '../../tools/env-example.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
