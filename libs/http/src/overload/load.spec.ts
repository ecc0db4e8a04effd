import { Load, MAX_CONCURRENT, OVERLOAD_MINIMUM } from './load';

describe('the load', () => {
  let now: number;
  let load: Load;
  beforeEach(() => {
    now = 0;
    load = new Load(() => now);
  });

  const enter = (count: number) => Array.from({ length: count }, () => load.enter());
  /** Simulates a second in which requests arrive and finish at the same rate. */
  const serve = (perSecond: number) => {
    for (let step = 0; step < 10; step += 1) {
      now += 100;
      for (let count = 0; count < perSecond / 10; count += 1) {
        load.enter();
        load.leave(true);
      }
      void load.isOverloaded;
    }
  };

  it('accepts a short burst of any size', () => {
    enter(OVERLOAD_MINIMUM * 10);
    expect(load.isOverloaded).toBe(false);
    now += 499;
    expect(load.isOverloaded).toBe(false);
  });

  it('accepts as many requests as it finishes in half a second', () => {
    enter(499);
    serve(1_000);
    expect(load.isOverloaded).toBe(false);
    enter(2);
    expect(load.isOverloaded).toBe(true);
  });

  it('accepts a few requests, however slow they are', () => {
    enter(OVERLOAD_MINIMUM - 1);
    serve(0);
    expect(load.isOverloaded).toBe(false);
  });

  it('accepts requests again once few are in progress', () => {
    enter(OVERLOAD_MINIMUM);
    serve(0);
    expect(load.isOverloaded).toBe(true);
    load.leave(true);
    expect(load.isOverloaded).toBe(false);
  });

  it('limits the requests in progress', () => {
    enter(MAX_CONCURRENT);
    expect(load.isOverloaded).toBe(true);
  });
});
