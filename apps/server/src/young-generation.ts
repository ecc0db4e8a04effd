import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const grow = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);
const V8_DEFAULT = 2;
/** Two semi-spaces of 16 MB. V8's own limit takes 128 MB, which saves no CPU time. */
const MAX_BYTES = 32 * 1_024 * 1_024;

// V8 doubles its young generation while modules are loaded, to 48 MB, and an idle process keeps it: 231 MB instead of
// 173 MB.
grow(1);

/**
 * Lets the young generation grow under load, up to a limit. At its initial size, `/livez` takes 70 instead of 54 µs (ADR
 * 0019). V8 reads its own option for the limit only when a process starts.
 */
export function letYoungGenerationGrow(): void {
  grow(V8_DEFAULT);
  // Node reports garbage collections only while somebody observes them: until the limit is reached.
  new PerformanceObserver((_, observer) => {
    if (size() < MAX_BYTES) return;
    grow(1);
    observer.disconnect();
  }).observe({ entryTypes: ['gc'] });
}

const size = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? MAX_BYTES;
