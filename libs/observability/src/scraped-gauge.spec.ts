import { register } from 'prom-client';
import { registerScrapedGauge } from './scraped-gauge';

const valuesOf = async (name: string) => (await register.getSingleMetric(name)?.get())?.values;

describe('a gauge that is read on every scrape', () => {
  afterEach(() => register.clear());

  it('shows the newest values', async () => {
    let depth = 0;
    registerScrapedGauge({ name: 'depth', help: 'Depth', labelNames: ['queue'] }, async () => [
      { labels: { queue: 'jobs' }, value: ++depth },
    ]);
    await valuesOf('depth');
    expect(await valuesOf('depth')).toEqual([{ value: 2, labels: { queue: 'jobs' } }]);
  });

  it('shows no value when the read fails, not even an older one', async () => {
    let fails = false;
    registerScrapedGauge({ name: 'depth', help: 'Depth', labelNames: ['queue'] }, async () => {
      if (fails) throw new Error('connection refused');
      return [{ labels: { queue: 'jobs' }, value: 1 }];
    });
    await valuesOf('depth');
    fails = true;
    expect(await valuesOf('depth')).toEqual([]);
  });

  it('shows no value when the read takes too long', async () => {
    registerScrapedGauge(
      { name: 'depth', help: 'Depth', labelNames: ['queue'] },
      () => new Promise(() => undefined),
    );
    expect(await valuesOf('depth')).toEqual([]);
  });

  it('replaces a gauge of the same name', async () => {
    for (const value of [1, 2])
      registerScrapedGauge({ name: 'depth', help: 'Depth' }, async () => [{ value }]);
    expect(await valuesOf('depth')).toEqual([{ value: 2, labels: {} }]);
  });
});
