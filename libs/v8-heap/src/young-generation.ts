import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { isHeapKeptSmall } from './small-heap';

const FIXED = 1;
const DOUBLED = 2;
/** Two semi-spaces of 16 MB. V8's own limit takes 128 MB, which saves no CPU time. */
const MAX_BYTES = 32 * 1_024 * 1_024;

let current: number | undefined;

function setGrowthFactor(factor: number): void {
  if (factor === current) return;
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  current = factor;
}

/**
 * Fixes the size of the young generation until `letYoungGenerationGrow` is called. V8 would double it while modules are
 * loaded, to 48 MB, and an idle process would keep it: 231 MB instead of 173 MB.
 */
export const fixYoungGeneration = (): void => setGrowthFactor(FIXED);

/**
 * Lets the young generation grow under load, up to a limit, except while the heap is kept small. At its initial size,
 * `/livez` takes 70 instead of 54 µs (ADR 0019). V8 reads its own option for the limit only when a process starts. It also
 * shrinks the young generation while there is little load, so the size is read after each garbage collection.
 */
export function letYoungGenerationGrow(): void {
  const adapt = () => setGrowthFactor(!isHeapKeptSmall() && size() < MAX_BYTES ? DOUBLED : FIXED);
  new PerformanceObserver(adapt).observe({ entryTypes: ['gc'] });
  adapt();
}

const size = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? MAX_BYTES;
