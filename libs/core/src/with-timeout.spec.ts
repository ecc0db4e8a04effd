import { setTimeout as delay } from 'node:timers/promises';
import { TimeoutError, withTimeout } from './with-timeout';

describe('withTimeout', () => {
  afterEach(() => jest.useRealTimers());

  it('returns a result or throws an error that arrives in time, and leaves no timer behind', async () => {
    jest.useFakeTimers();
    await expect(withTimeout(Promise.resolve(1), 1_000)).resolves.toBe(1);
    await expect(withTimeout(Promise.reject(new Error('no')), 1_000)).rejects.toThrow('no');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('throws a TimeoutError at the timeout', async () => {
    const never = new Promise(() => undefined);
    const error: unknown = await withTimeout(never, 5).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ message: 'no response within 5 ms' });
  });

  it('ignores an error that arrives after the timeout', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const late = delay(20).then(() => Promise.reject(new Error('late')));
    await expect(withTimeout(late, 1)).rejects.toBeInstanceOf(TimeoutError);
    await expect(late).rejects.toThrow('late');
    await delay(0);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
