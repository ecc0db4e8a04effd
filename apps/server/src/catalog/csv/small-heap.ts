import { setFlagsFromString } from 'node:v8';

/** The old generation grows by this much beyond what is in use; V8's own choice is up to 300 %. */
const GROWTH_PERCENT = 40;
const UNLIMITED = { youngFactor: 2, oldPercent: 0 };
const SMALL = { youngFactor: 1, oldPercent: GROWTH_PERCENT };

let underWay = 0;

/**
 * Keeps V8's heap small until the returned function is called, for work that makes much garbage. V8 would rather let the
 * heap of a busy process grow than collect it: an import that needs 20 MB would take 200 MB. See ADR 0023.
 */
export function keepHeapSmall(): () => void {
  if (underWay === 0) limit(SMALL);
  underWay += 1;
  return () => {
    underWay -= 1;
    if (underWay === 0) limit(UNLIMITED);
  };
}

/** Keeps V8's heap small while work runs. */
export async function withSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  const release = keepHeapSmall();
  try {
    return await work();
  } finally {
    release();
  }
}

// V8 reads these flags at each collection. It reads the limits of sizes only when it starts.
function limit({ youngFactor, oldPercent }: typeof SMALL): void {
  setFlagsFromString(`--semi-space-growth-factor=${youngFactor}`);
  setFlagsFromString(`--heap-growing-percent=${oldPercent}`);
}
