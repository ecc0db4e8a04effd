/**
 * Runs a step in batches until a batch is not full or the signal is aborted.
 * @param step processes at most `size` items and returns their number.
 * @returns the total number of processed items.
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
