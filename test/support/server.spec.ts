import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase } from './database';
import { startServer } from './server';

describe('a server of a test', () => {
  it('serves on its own port until it is stopped and inherits no environment variables', async () => {
    const database = await createTestDatabase();
    const server = await startServer({ databaseUrl: database.url });
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    const environment = readFileSync(`/proc/${server.pid}/environ`, 'utf8').split('\0').filter(Boolean);
    const names = environment.map((entry) => entry.split('=')[0] as string);
    const ours = ['DATABASE_URL', 'DATA_DIR', 'NODE_COMPILE_CACHE', 'PATH', 'PORT'];
    expect(names.filter((name) => !name.startsWith('LIMIT_')).toSorted()).toEqual(ours);
    await server.stop();
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow('fetch failed');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(existsSync(server.dataDir)).toBe(false);
    await database.drop();
  });

  it('fails with its output when it does not start', async () => {
    const starting = startServer({ env: { LOG_LEVEL: 'loud' } });
    await expect(starting).rejects.toThrow(/^The all process ended \(with code 1\):\n[^]*LOG_LEVEL/);
  });

  it('fails with its output when it does not stop with code 0', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-preload-'));
    const preload = path.join(folder, 'preload.cjs');
    writeFileSync(preload, `process.prependListener('SIGTERM', () => process.exit(3));`);
    const database = await createTestDatabase();
    const server = await startServer({ databaseUrl: database.url, preload });
    await expect(server.stop()).rejects.toThrow(/^The server did not stop gracefully \(with code 3\):\n/);
    await database.drop();
    rmSync(folder, { recursive: true });
  });
});
