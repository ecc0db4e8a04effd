import { nodeEnvironment } from '../support/child-process';
import { useDatabase } from '../support/use-database';
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';

const MAIN = path.resolve(__dirname, '../../dist/apps/server/main.js');

/** Runs the built application until it exits. */
function run(role: string, env: Record<string, string> = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, role], {
    cwd: os.tmpdir(),
    env: { ...nodeEnvironment(), ...env },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, output: stdout + stderr };
}

describe('the roles', () => {
  const { database } = useDatabase();

  it('migrate brings an empty database to the newest schema and can be repeated', async () => {
    const migrations = 'SELECT name FROM schema_migrations ORDER BY timestamp';
    const newest = await database.rows(migrations);
    await database.query('DROP SCHEMA public CASCADE');
    await database.query('CREATE SCHEMA public');
    for (let time = 0; time < 2; time++) {
      const { status, output } = run('migrate', { DATABASE_URL: database.url });
      expect(output).toBe('Migrated the database to the newest schema.\n');
      expect(status).toBe(0);
      expect(await database.rows(migrations)).toEqual(newest);
    }
  });

  it.each(['api', 'worker'])('%s names the missing variables and exits', (role) => {
    const { status, output } = run(role);
    expect(status).toBe(1);
    expect(output).toContain(`DATABASE_URL: required by the role ${role}`);
    expect(output).toContain(`REDIS_URL: required by the role ${role}`);
    expect(output).not.toContain('    at ');
  });
});
