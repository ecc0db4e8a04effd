import { Batcher, type BatcherOptions } from './batcher';

describe('Batcher', () => {
  const recordBatches = (options: Partial<BatcherOptions> = {}) => {
    const batches: number[][] = [];
    const gates: PromiseWithResolvers<void>[] = [];
    const batcher = new Batcher(
      async (batch: number[]) => {
        batches.push(batch);
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        if (batch.includes(13)) throw new Error('invalid item');
        return batch.map((n) => n * 2);
      },
      { maxSize: 10, concurrency: 1, ...options },
    );
    return { batcher, batches, gates };
  };
  const turn = () => new Promise(setImmediate);

  it('batches the calls of one turn, and the calls that arrive while that batch runs', async () => {
    const { batcher, batches, gates } = recordBatches();
    const first = [batcher.add(1), batcher.add(2)];
    await turn();
    const second = [batcher.add(3), batcher.add(4)];
    await turn();
    expect(batches).toEqual([[1, 2]]);
    gates[0]!.resolve();
    expect(await Promise.all(first)).toEqual([2, 4]);
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    gates[1]!.resolve();
    expect(await Promise.all(second)).toEqual([6, 8]);
  });

  it('limits the number of concurrent batches and the size of each batch', async () => {
    const { batcher, batches, gates } = recordBatches({ maxSize: 2, concurrency: 2 });
    const all = Promise.all([1, 2, 3, 4, 5].map((n) => batcher.add(n)));
    await turn();
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(batcher.waitingCount).toBe(1);
    for (const gate of gates) gate.resolve();
    await turn();
    await turn();
    gates[2]!.resolve();
    expect(await all).toEqual([2, 4, 6, 8, 10]);
  });

  it('fails all calls of a batch, or only the invalid one if calls are retried individually', async () => {
    for (const retried of [false, true]) {
      const { batcher, batches, gates } = recordBatches({ retryIndividually: () => retried });
      const outcomes = Promise.allSettled([1, 13, 2].map((n) => batcher.add(n)));
      for (let n = 0; n < (retried ? 4 : 1); n++) {
        while (gates.length <= n) await turn();
        gates[n]!.resolve();
      }
      expect((await outcomes).map(({ status }) => status)).toEqual(
        retried ? ['fulfilled', 'rejected', 'fulfilled'] : ['rejected', 'rejected', 'rejected'],
      );
      expect(batches).toEqual(retried ? [[1, 13, 2], [1], [13], [2]] : [[1, 13, 2]]);
    }
  });
});
