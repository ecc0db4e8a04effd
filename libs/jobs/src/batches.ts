/**
 * Does work that is too much for one transaction in batches, until one comes back short or the signal is aborted.
 * @param step does at most `size` pieces, and says how many they were.
 * @returns how many pieces were done.
 */
export async function inBatches(
  signal: AbortSignal,
  size: number,
  step: (size: number) => Promise<number>,
): Promise<number> {
  let done = 0;
  let last = size;
  while (last === size && !signal.aborted) {
    last = await step(size);
    done += last;
  }
  return done;
}
