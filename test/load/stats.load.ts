import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../libs/embedded-postgres/src/embedded-postgres';
import { loadPackages, slotSums, sumsOfPackages } from './load-packages';
import { measureStats } from './measure-stats';

const SIZES = [10_000, 1_000_000];
/** Maximum ratio of the durations with the most and with the fewest packages. */
const MAX_SLOWDOWN = 2;

/** Creates a database with packages, with the statement that the server uses. @returns its URL */
async function loaded(adminUrl: string, size: number): Promise<string> {
  const url = new URL(adminUrl);
  url.pathname = `load_${size}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE load_${size}`);
  await admin.end();
  const { perSecond } = await loadPackages(url.href, size);
  console.log(`${size} packages: loaded at ${Math.round(perSecond)}/s`);
  return url.href;
}

describe('the daily statistics', () => {
  it('are exact, and as fast with a million packages as with ten thousand', async () => {
    const root = path.resolve(__dirname, '../../.data');
    mkdirSync(root, { recursive: true });
    const dir = mkdtempSync(path.join(root, 'load-'));
    const postgres = await startEmbeddedPostgres({ dir });
    try {
      const urls: string[] = [];
      for (const size of SIZES) urls.push(await loaded(postgres.url, size));
      for (const url of urls) expect(await slotSums(url)).toBe(await sumsOfPackages(url));
      const times = await measureStats(urls, dir);
      for (const [n, { p50, p99 }] of times.entries())
        console.log(
          `${SIZES[n]} packages: GET /packages/stats/daily p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
        );
      expect(times.at(-1)!.p50 / times[0]!.p50).toBeLessThan(MAX_SLOWDOWN);
    } finally {
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
