import { inBatches } from './batches';

describe('work in batches', () => {
  it('continues until a batch is not full, and returns the total', async () => {
    const batches = [3, 3, 1, 3];
    expect(await inBatches(new AbortController().signal, 3, async () => batches.shift() ?? 0)).toBe(7);
    expect(batches).toEqual([3]);
  });

  it('ends after the current batch when it is aborted', async () => {
    const stop = new AbortController();
    let batches = 0;
    const done = await inBatches(stop.signal, 3, async () => {
      if (++batches === 2) stop.abort();
      return 3;
    });
    expect([done, batches]).toEqual([6, 2]);
  });
});
