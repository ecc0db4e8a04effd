// `npm run test:load`: fills a database with many packages, through the statements that the server uses, and measures
// the daily statistics. Never part of `npm test`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../libs/embedded-postgres/src/embedded-postgres';
import { loadPackages, slotSums, sumsOfPackages } from './load-packages';
import { measureStats } from './measure-stats';

const SIZES = (process.argv[2] ?? '10000,1000000').split(',').map(Number);
/** How much slower the endpoint may be with the most packages than with the fewest. */
const FLAT = 3;

async function main(): Promise<void> {
  if (SIZES.some((size) => !Number.isInteger(size) || size < 1))
    throw new Error('usage: npm run test:load -- [sizes, such as 10000,1000000]');
  const root = path.resolve(__dirname, '../../.data');
  mkdirSync(root, { recursive: true });
  const dir = mkdtempSync(path.join(root, 'load-'));
  const postgres = await startEmbeddedPostgres({ dir });
  try {
    const times: number[] = [];
    let loaded = 0;
    for (const size of SIZES.toSorted((a, b) => a - b)) {
      const { perSecond } = await loadPackages(postgres.url, size - loaded);
      loaded = size;
      if ((await slotSums(postgres.url)) !== (await sumsOfPackages(postgres.url)))
        throw new Error('The daily sums differ from the sums over the packages');
      const { p50, p99 } = await measureStats(postgres.url, path.join(dir, 'server'));
      times.push(p50);
      console.log(
        `${size} packages: loaded ${Math.round(perSecond)}/s; sums exact; GET /packages/stats/daily p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      );
    }
    const growth = times.at(-1)! / times[0]!;
    if (growth > FLAT) throw new Error(`The endpoint is not flat: ${growth.toFixed(1)} times slower`);
  } finally {
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
