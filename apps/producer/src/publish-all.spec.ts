import { publishAll } from './publish-all';

const messages = (count: number) => Array.from({ length: count }, (_, n) => Buffer.from(String(n)));
const never = new AbortController().signal;

describe('publishAll', () => {
  it('publishes everything once, in order and in batches', async () => {
    const batches: string[][] = [];
    const progress: number[] = [];
    const published = await publishAll(messages(1_201), {
      publish: async (batch) => void batches.push(batch.map(String)),
      rate: undefined,
      onProgress: (done) => progress.push(done),
      signal: never,
    });
    expect(published).toEqual({ confirmed: 1_201, unconfirmed: 0 });
    expect(batches.flat()).toEqual(messages(1_201).map(String));
    expect(progress).toEqual([500, 1_000, 1_201]);
  });

  it('does not exceed the rate', async () => {
    const started = performance.now();
    await publishAll(messages(100), {
      publish: async () => undefined,
      rate: 400,
      onProgress: () => undefined,
      signal: never,
    });
    // The last batch of 20 may go out after 80/400 of a second.
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('retries a batch that was not confirmed', async () => {
    let failures = 1;
    const published = await publishAll(messages(3), {
      publish: async () => {
        if (failures-- > 0) throw new Error('lost');
      },
      rate: undefined,
      onProgress: () => undefined,
      signal: never,
    });
    expect(published).toEqual({ confirmed: 3, unconfirmed: 0 });
  });

  it('stops when it is aborted, and reports the unconfirmed messages', async () => {
    const stop = new AbortController();
    const published = await publishAll(messages(2_000), {
      publish: async (batch) => {
        if (batch[0]?.toString() !== '500') return;
        stop.abort();
        throw new Error('lost');
      },
      rate: undefined,
      onProgress: () => undefined,
      signal: stop.signal,
    });
    expect(published).toMatchObject({ confirmed: 500, unconfirmed: 500, error: { message: 'lost' } });
  });
});
