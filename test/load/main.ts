// `npm run test:load`: fills databases with few and with many packages, by the statement that the server uses, and
// compares the daily statistics of both. Never part of `npm test`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../libs/embedded-postgres/src/embedded-postgres';
import { loadPackages, slotSums, sumsOfPackages } from './load-packages';
import { measureStats } from './measure-stats';

const SIZES = (process.argv[2] ?? '10000,1000000').split(',').map(Number);
/** How much slower the endpoint may be with the most packages than with the fewest. */
const FLAT = 2;

async function main(): Promise<void> {
  if (SIZES.some((size) => !Number.isInteger(size) || size < 1))
    throw new Error('usage: npm run test:load -- [sizes, such as 10000,1000000]');
  const root = path.resolve(__dirname, '../../.data');
  mkdirSync(root, { recursive: true });
  const dir = mkdtempSync(path.join(root, 'load-'));
  const postgres = await startEmbeddedPostgres({ dir });
  try {
    const urls: string[] = [];
    for (const size of SIZES) urls.push(await loaded(postgres.url, size));
    const times = await measureStats(urls, dir);
    for (const [n, { p50, p99 }] of times.entries())
      console.log(
        `${SIZES[n]} packages: GET /packages/stats/daily p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      );
    const growth = times.at(-1)!.p50 / times[0]!.p50;
    console.log(`The last is ${growth.toFixed(2)} times as slow as the first; at most ${FLAT} is flat`);
    if (growth > FLAT) process.exitCode = 1;
  } finally {
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Creates a database with packages. @returns its URL @throws Error if its daily sums are wrong */
async function loaded(adminUrl: string, size: number): Promise<string> {
  const url = new URL(adminUrl);
  url.pathname = `load_${size}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE load_${size}`);
  await admin.end();
  const { perSecond } = await loadPackages(url.href, size);
  if ((await slotSums(url.href)) !== (await sumsOfPackages(url.href)))
    throw new Error('The daily sums differ from the sums over the packages');
  console.log(`${size} packages: loaded at ${Math.round(perSecond)}/s; the daily sums are exact`);
  return url.href;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
