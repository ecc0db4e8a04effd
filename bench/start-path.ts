import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchPath } from './bench';
import { memory } from './processes';
import type { Result } from './result';
import { summarise } from './statistics';

/** Measures the time from start to ready, and the memory of an idle process. */
export const startPath = (targets: { readySeconds: number; idleMb: number }): BenchPath => ({
  name: 'start',
  description:
    'role all, with PostgreSQL migrated: from the start of the process to ready, and its memory when idle',
  measure: (bench) => measure(bench, targets),
});

/** Time to wait until the garbage collector has freed the memory of the start. */
const SETTLE_MS = 3_000;

async function measure(bench: Bench, targets: { readySeconds: number; idleMb: number }): Promise<Result[]> {
  const databaseUrl = await bench.services.createDatabase('bench_start');
  const redis = bench.redis('bench_start');
  const ready: number[] = [];
  const idle: number[] = [];
  // The first start migrates and reads from a cold disk, so it is not counted.
  for (let start = 0; start <= bench.effort.starts; start += 1) {
    const server = await bench.start(`start-${start}`, { role: 'all', databaseUrl, redis });
    if (start > 0) {
      await delay(SETTLE_MS);
      ready.push(server.readySeconds);
      idle.push(memory(server.pid).now);
    }
    await server.stop();
  }
  const notes = redis ? [] : ['without Redis'];
  return [
    { path: 'start-to-ready', unit: 's', ...summarise(ready), target: targets.readySeconds, notes },
    { path: 'rss-idle', unit: 'MB', ...summarise(idle), target: targets.idleMb, notes },
  ];
}

/** Returns the peak memory of our servers during the measurements; undefined if no path was measured. */
export function memoryUnderBench(peaks: ReadonlyMap<string, number>, target: number): Result | undefined {
  const [path, peak] = [...peaks].toSorted(([, a], [, b]) => b - a)[0] ?? [];
  if (path === undefined || peak === undefined || Number.isNaN(peak)) return undefined;
  return { path: 'rss-bench', unit: 'MB', ...summarise([peak]), target, notes: [`highest in ${path}`] };
}
