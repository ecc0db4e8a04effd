import { compare, median, percentile, spreadOf, summarise } from './statistics';

describe('the statistics of the bench', () => {
  it('compute the median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 10])).toBe(3);
    expect(() => median([])).toThrow('empty list');
  });

  it('compute percentiles by the nearest rank', () => {
    const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 99)).toBe(0);
  });

  it('compare each of our rounds with the baseline round after it, so that a slow minute does not look like a slow path', () => {
    expect(compare([50, 100, 60], [100, 200, 120])).toEqual({
      ours: 60,
      baseline: 120,
      ratio: 0.5,
      spread: 0,
      noisy: false,
    });
  });

  it('report the spread of the rounds, and when it is too large', () => {
    expect(compare([46, 50, 55], [100, 100, 100])).toMatchObject({ ratio: 0.5, noisy: false });
    expect(compare([46, 50, 55], [100, 100, 100]).spread).toBeCloseTo(0.18);
    expect(compare([40, 50, 55], [100, 100, 100])).toMatchObject({ ratio: 0.5, noisy: true });
  });

  it('reject a baseline that did nothing', () => {
    expect(compare([1, 1], [0, 0]).noisy).toBe(true);
  });

  it('reject a different number of rounds', () => {
    expect(() => compare([1], [1, 2])).toThrow('baseline');
  });

  it('compare a value without a baseline with its target', () => {
    expect(summarise([1, 1.1, 1.05])).toMatchObject({
      ours: 1.05,
      baseline: null,
      ratio: null,
      noisy: false,
    });
    expect(summarise([1, 2, 1]).noisy).toBe(true);
    expect(spreadOf([0, 0])).toBe(0);
  });
});
