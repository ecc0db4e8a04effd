import { Readiness } from './readiness';

describe('Readiness', () => {
  it('names failed checks and checks that do not answer', async () => {
    jest.useFakeTimers();
    const readiness = new Readiness();
    readiness.require('good', () => Promise.resolve());
    readiness.require('bad', () => Promise.reject(new Error('down')));
    readiness.require('silent', () => new Promise(() => undefined));
    const missing = readiness.missing();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await missing).toEqual(['bad', 'silent']);
    jest.useRealTimers();
  });

  it('reports draining when the process stops', async () => {
    const readiness = new Readiness();
    expect(await readiness.missing()).toEqual([]);
    readiness.drain();
    expect(await readiness.missing()).toEqual(['draining']);
  });
});
