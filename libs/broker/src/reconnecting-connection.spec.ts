import { Logger } from '@nestjs/common';
import { eventually } from '../../../test/support/poll';
import { backoffMs } from './backoff';
import { BrokerHealth } from './broker-health';
import { BrokerUnavailableError } from './broker.errors';
import { ReconnectingConnection } from './reconnecting-connection';

describe('ReconnectingConnection', () => {
  let dials: number;
  let failing: boolean;
  let lose: (reason: Error) => void;
  let closed: number[];
  let connection: ReconnectingConnection<number>;

  beforeEach(() => {
    for (const level of ['warn', 'log', 'debug'] as const)
      jest.spyOn(Logger.prototype, level).mockReturnValue(undefined);
    [dials, failing, closed] = [0, false, []];
    const open = async (lost: (reason: Error) => void) => {
      dials++;
      if (failing) throw new Error('connection refused');
      lose = lost;
      return dials;
    };
    const close = async (one: number) => void closed.push(one);
    connection = new ReconnectingConnection({ open, close }, new BrokerHealth('The broker'));
  });
  afterEach(async () => {
    await connection.close();
    jest.restoreAllMocks();
  });

  it('connects on first use, once for all callers', async () => {
    expect(await Promise.all([connection.use(1_000), connection.use(1_000)])).toEqual([1, 1]);
    expect(dials).toBe(1);
  });

  it('fails at the timeout, with the reason', async () => {
    failing = true;
    const using = connection.use(300);
    await expect(using).rejects.toThrow(BrokerUnavailableError);
    await expect(using).rejects.toThrow('The broker is unavailable: connection refused.');
    expect(dials).toBeGreaterThan(1);
    failing = false;
    expect(await connection.use(10_000)).toBe(dials);
  });

  it('reconnects when the connection is lost, even if it is not used', async () => {
    await connection.use(1_000);
    lose(new Error('reset'));
    await eventually(() => dials === 2, { describe: 'a second connection is open' });
    expect(await connection.use(1_000)).toBe(2);
  });

  it('stops reconnecting when it is closed', async () => {
    failing = true;
    const refusal = connection.use(5_000).catch((error: Error) => error.message);
    await eventually(() => dials > 0, { describe: 'an attempt fails' });
    await connection.close();
    expect(await refusal).toBe('The broker is closed.');
    const before = dials;
    await expect(connection.use(100)).rejects.toThrow('The broker is closed.');
    expect(dials).toBe(before);
    expect(closed).toEqual([]);
  });

  it('waits longer after each failure, with jitter', () => {
    const delays = (failures: number) =>
      Array.from({ length: 50 }, () => backoffMs(failures, { initialMs: 100, maxMs: 10_000 }));
    for (const [failures, longest] of [
      [0, 100],
      [3, 800],
      [7, 10_000],
      [5_000, 10_000],
    ] as const) {
      expect(Math.min(...delays(failures))).toBeGreaterThanOrEqual(longest / 2);
      expect(Math.max(...delays(failures))).toBeLessThanOrEqual(longest);
      expect(new Set(delays(failures)).size).toBeGreaterThan(1);
    }
  });
});
