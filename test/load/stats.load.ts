import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../libs/embedded-postgres/src/embedded-postgres';
import { loadPackages, slotSums, sumsOfPackages } from './load-packages';
import { measureStats } from './measure-stats';

const SIZES = [10_000, 1_000_000];
/** How much slower the endpoint may be with the most packages than with the fewest. */
const FLAT = 3;

describe('the daily statistics', () => {
  it('are exact, and as fast with a million packages as with ten thousand', async () => {
    const root = path.resolve(__dirname, '../../.data');
    mkdirSync(root, { recursive: true });
    const dir = mkdtempSync(path.join(root, 'load-'));
    const postgres = await startEmbeddedPostgres({ dir });
    try {
      const times: number[] = [];
      let loaded = 0;
      for (const size of SIZES) {
        const { perSecond } = await loadPackages(postgres.url, size - loaded);
        loaded = size;
        expect(await slotSums(postgres.url)).toBe(await sumsOfPackages(postgres.url));
        const { p50, p99 } = await measureStats(postgres.url, path.join(dir, 'server'));
        times.push(p50);
        console.log(
          `${size} packages: loaded ${Math.round(perSecond)}/s; GET /packages/stats/daily p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
        );
      }
      expect(times.at(-1)! / times[0]!).toBeLessThan(FLAT);
    } finally {
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
