import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadConfig } from './config';

const faultsOf = (env: NodeJS.ProcessEnv, role: 'all' | 'api' = 'all'): string[] => {
  try {
    loadConfig(role, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  throw new Error('No fault was found');
};

describe('loadConfig', () => {
  it('needs nothing to be set', () => {
    const config = loadConfig('all', {});
    expect(config).toMatchObject({
      role: 'all',
      production: false,
      host: '127.0.0.1',
      rates: { snapshot: true, timeoutMs: 3_000 },
    });
    expect(config.port).toBeUndefined();
    expect(config.database.url).toBeUndefined();
  });

  it('names every fault in one message', () => {
    const env = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      BOOTSTRAP_ADMIN_KEY: 'short',
      CBR_JSON_URL: 'file:///etc/passwd',
    };
    const faults = faultsOf(env);
    expect(faults).toHaveLength(4);
    for (const name of Object.keys(env)) expect(faults.join('\n')).toContain(`${name}: `);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig('all', { PORT: '', DATABASE_URL: '' }).port).toBeUndefined();
  });

  it('never uses the rate snapshot in production or on a configured database', () => {
    expect(loadConfig('all', { NODE_ENV: 'production' }).rates.snapshot).toBe(false);
    expect(loadConfig('all', { DATABASE_URL: 'postgres://localhost/x' }).rates.snapshot).toBe(false);
  });

  it('refuses a role that shares its work without a shared database', () => {
    expect(faultsOf({}, 'api').join()).toContain('DATABASE_URL: the role api');
  });

  describe('a secret from a file', () => {
    let directory: string;
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'waybill-config-'))));
    afterEach(() => rmSync(directory, { recursive: true }));

    it('is read without the line break that editors add', () => {
      const file = join(directory, 'key');
      writeFileSync(file, `${'k'.repeat(40)}\n`);
      expect(loadConfig('all', { BOOTSTRAP_ADMIN_KEY_FILE: file }).bootstrapAdminKey).toBe('k'.repeat(40));
    });

    it('is a fault where it cannot be read, and where the secret is given twice', () => {
      expect(faultsOf({ DATABASE_URL_FILE: join(directory, 'none') }).join()).toContain(
        'DATABASE_URL_FILE: ENOENT',
      );
      const file = join(directory, 'key');
      writeFileSync(file, 'k'.repeat(40));
      const twice = { BOOTSTRAP_ADMIN_KEY: 'x'.repeat(40), BOOTSTRAP_ADMIN_KEY_FILE: file };
      expect(faultsOf(twice).join()).toContain(
        'BOOTSTRAP_ADMIN_KEY: set both directly and by BOOTSTRAP_ADMIN_KEY_FILE',
      );
    });
  });
});
