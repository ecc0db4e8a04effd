import { Gathered } from './gathered';

describe('Gathered', () => {
  const noting = (options: { most?: number; lanes?: number; doneAloneAfter?: () => boolean } = {}) => {
    const batches: number[][] = [];
    const gates: PromiseWithResolvers<void>[] = [];
    const gathered = new Gathered(
      async (batch: number[]) => {
        batches.push(batch);
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        if (batch.includes(13)) throw new Error('bad');
        return batch.map((n) => n * 2);
      },
      { most: 10, lanes: 1, ...options },
    );
    return { gathered, batches, gates };
  };
  const turn = () => new Promise(setImmediate);

  it('runs the calls of one turn as a batch, and the calls that arrive meanwhile as the next', async () => {
    const { gathered, batches, gates } = noting();
    const first = [gathered.do(1), gathered.do(2)];
    await turn();
    const second = [gathered.do(3), gathered.do(4)];
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

  it('limits the concurrent batches and the size of each', async () => {
    const { gathered, batches, gates } = noting({ most: 2, lanes: 2 });
    const all = Promise.all([1, 2, 3, 4, 5].map((n) => gathered.do(n)));
    await turn();
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(gathered.left).toBe(1);
    for (const gate of gates) gate.resolve();
    await turn();
    await turn();
    gates[2]!.resolve();
    expect(await all).toEqual([2, 4, 6, 8, 10]);
  });

  it('fails the whole batch, or only the bad call if calls are repeated alone', async () => {
    for (const alone of [false, true]) {
      const { gathered, batches, gates } = noting({ doneAloneAfter: () => alone });
      const outcomes = Promise.allSettled([1, 13, 2].map((n) => gathered.do(n)));
      for (let n = 0; n < (alone ? 4 : 1); n++) {
        while (gates.length <= n) await turn();
        gates[n]!.resolve();
      }
      expect((await outcomes).map(({ status }) => status)).toEqual(
        alone ? ['fulfilled', 'rejected', 'fulfilled'] : ['rejected', 'rejected', 'rejected'],
      );
      expect(batches).toEqual(alone ? [[1, 13, 2], [1], [13], [2]] : [[1, 13, 2]]);
    }
  });
});
