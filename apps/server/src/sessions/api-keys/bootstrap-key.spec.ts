import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '@waybill/config';
import type { ApiKeysRepository } from './api-keys.repository';
import { BootstrapKey } from './bootstrap-key';

describe('the first administrator’s key', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'waybill-key-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const keyIn = (dataDir: string, config: Partial<Config> = {}) =>
    new BootstrapKey({ role: 'all', dataDir, ...config } as Config, {} as ApiKeysRepository);

  it('is written once, atomically, with mode 0600', () => {
    const dataDir = path.join(folder, 'data');
    const made = keyIn(dataDir).read();
    expect(made).toMatch(/^waybill_[0-9A-Za-z]{49}$/);
    expect(keyIn(dataDir).read()).toBe(made);
    expect(readdirSync(dataDir)).toEqual(['admin.key']);
    expect(readFileSync(path.join(dataDir, 'admin.key'), 'utf8')).toBe(`${made}\n`);
    expect(statSync(path.join(dataDir, 'admin.key')).mode & 0o777).toBe(0o600);
  });

  it.each(['', '\n'])(
    'cannot be read from a file that contains %j; the error says what to delete',
    (content) => {
      const { file } = keyIn(folder);
      writeFileSync(file, content);
      expect(() => keyIn(folder).read()).toThrow(`${file} is empty; delete it`);
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );

  it('is the configured key, if there is one; api processes generate none', () => {
    expect(keyIn(folder, { bootstrapAdminKey: 'configured' }).read()).toBe('configured');
    expect(keyIn(folder, { role: 'api' }).read()).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });
});
