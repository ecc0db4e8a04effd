import { eventually } from './poll';

describe('eventually', () => {
  it('returns the first truthy value', async () => {
    const answers = [undefined, 0, 'here'];
    await expect(eventually(() => answers.shift(), { describe: 'an answer', everyMs: 1 })).resolves.toBe(
      'here',
    );
    expect(answers).toEqual([]);
  });

  it('retries after the probe throws', async () => {
    let attempts = 0;
    const probe = async () => {
      if (++attempts < 3) throw new Error('not up yet');
      return attempts;
    };
    await expect(eventually(probe, { describe: 'three attempts', everyMs: 1 })).resolves.toBe(3);
  });

  it.each([
    ['saw', () => null, 'Not within 30 ms: the row (last seen: null)'],
    [
      'got as an error',
      () => Promise.reject(new Error('refused')),
      'Not within 30 ms: the row (the probe threw refused)',
    ],
    [
      'got no answer to',
      () => new Promise(() => undefined),
      'Not within 30 ms: the row (the probe never answered)',
    ],
  ])('reports at the deadline what it %s', async (_, probe, message) => {
    const waited = eventually<unknown>(probe, { describe: 'the row', deadlineMs: 30, everyMs: 1 });
    await expect(waited).rejects.toThrow(message);
  });
});
