import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from './folder';

describe('a folder', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'waybill-folder-'));
  afterAll(() => rmSync(home, { recursive: true }));

  it('is created with its parents, and may exist already', () => {
    const folder = path.join(home, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it('fails with a clear message when its parent cannot be written', () => {
    writeFileSync(path.join(home, 'file'), '');
    expect(() => makeFolder(path.join(home, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(path.join(home, 'file', 'x'))).toThrow(/ENOTDIR|EEXIST/);
  });

  // Other systems have no /proc.
  it('can’t be created in /proc, where Node’s recursive mkdir never ends', () => {
    expect(() => makeFolder('/proc/waybill/postgres')).toThrow(/ENOENT|EACCES|EROFS/);
  });
});
