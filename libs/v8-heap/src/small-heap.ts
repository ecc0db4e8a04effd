import { setFlagsFromString } from 'node:v8';

interface OldGenerationFlags {
  /** After a collection, the old generation grows by this percentage before the next one. */
  growthPercent: number;
  /** V8 starts to mark garbage when this percentage of that growth is used. */
  markAtPercent: number;
}

/** 0 leaves both to V8, which lets the old generation grow by up to 300 %. */
const DEFAULT: OldGenerationFlags = { growthPercent: 0, markAtPercent: 0 };
const SMALL: OldGenerationFlags = { growthPercent: 40, markAtPercent: 20 };

let running = 0;

/** True while work runs that keeps the heap small. */
export const isHeapKeptSmall = (): boolean => running > 0;

/**
 * Keeps V8's heap small until the returned function is called. For work that makes much garbage: V8 would rather let the
 * heap of a busy process grow than collect it, and an import that needs 20 MB would take 200 MB. See ADR 0023.
 */
export function keepHeapSmall(): () => void {
  if (running === 0) setFlags(SMALL);
  running += 1;
  return () => {
    running -= 1;
    if (running === 0) setFlags(DEFAULT);
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

// V8 reads these flags at each collection. It reads the sizes of its heap only when the process starts, so until the
// first collection only the marking trigger has an effect.
function setFlags({ growthPercent, markAtPercent }: OldGenerationFlags): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString(`--incremental-marking-hard-trigger=${markAtPercent}`);
}
