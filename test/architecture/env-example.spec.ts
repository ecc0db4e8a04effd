import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

describe('.env.example', () => {
  it('lists every variable that libs/config reads, with its default', () => {
    const script = resolve(__dirname, '../../tools/env-example.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
