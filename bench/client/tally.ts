import { percentile } from '../statistics';
import type { Load } from './load';

const REFUSALS = new Set([429, 503]);

/** Counts replies and records their latencies in microseconds; the client's own histogram has only milliseconds. */
export class Tally {
  readonly good: number[] = [];
  readonly refused: number[] = [];
  failed = 0;
  unsent = 0;
  private readonly startedAt = performance.now();
  private readonly cpu = process.cpuUsage();

  reply(status: number, ms: number): void {
    if (status >= 200 && status < 300) this.good.push(ms);
    else if (REFUSALS.has(status)) this.refused.push(ms);
    else this.failed += 1;
  }

  /** @param seconds duration for the rate; default: from the start until now */
  close(seconds = (performance.now() - this.startedAt) / 1_000): Load {
    const { user, system } = process.cpuUsage(this.cpu);
    const elapsed = (performance.now() - this.startedAt) * 1_000;
    const good = Float64Array.from(this.good).toSorted();
    return {
      good: good.length,
      perSecond: good.length / seconds,
      p50: percentile(good, 50),
      p99: percentile(good, 99),
      refused: this.refused.length,
      refusedP99: percentile(Float64Array.from(this.refused).toSorted(), 99),
      failed: this.failed,
      unsent: this.unsent,
      seconds,
      clientCpu: (user + system) / elapsed,
    };
  }
}
