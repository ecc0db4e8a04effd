import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { createTestDatabase } from '../support/database';

const MAIN = path.resolve(__dirname, '../../dist/apps/server/main.js');

/** Runs the built application until it ends by itself. */
function run(role: string, env: Record<string, string> = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, role], {
    cwd: os.tmpdir(),
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, output: stdout + stderr };
}

describe('the roles', () => {
  it('migrate brings an empty database to the newest schema, and ends, as often as it is called', async () => {
    const [database, expected] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const migrations = 'SELECT count(*)::int AS count FROM schema_migrations';
    const newest = await query(expected.url, migrations);
    await query(database.url, 'DROP SCHEMA public CASCADE');
    await query(database.url, 'CREATE SCHEMA public');
    for (let time = 0; time < 2; time++) {
      const { status, output } = run('migrate', { DATABASE_URL: database.url });
      expect(output).toBe('Migrated the database to the newest schema.\n');
      expect(status).toBe(0);
      expect(await query(database.url, migrations)).toEqual(newest);
    }
    await Promise.all([database.drop(), expected.drop()]);
  });

  it.each(['api', 'worker'])('%s alone says what it lacks, and ends', (role) => {
    const { status, output } = run(role);
    expect(status).toBe(1);
    expect(output).toContain(`DATABASE_URL: required by the role ${role}`);
    expect(output).toContain(`REDIS_URL: required by the role ${role}`);
    expect(output).not.toContain('    at ');
  });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}
