import { setTimeout as delay } from 'node:timers/promises';
import { Gauge, register } from 'prom-client';

const READ_TIMEOUT_MS = 1_000;

export interface Reading {
  labels?: Record<string, string>;
  value: number;
}

/**
 * Registers a gauge that reads its values at every scrape. If a read fails or takes over a second, the gauge has no
 * values: one unavailable dependency must not fail the scrape.
 */
export function registerScrapedGauge(
  { name, help, labelNames = [] }: { name: string; help: string; labelNames?: string[] },
  read: () => Promise<Reading[]>,
): void {
  // A second application in one process (a test) replaces the gauge of the first.
  register.removeSingleMetric(name);
  const gauge = new Gauge({
    registers: [],
    name,
    help,
    labelNames,
    async collect() {
      const late = new AbortController();
      const readings = await Promise.race([
        read().catch(() => []),
        delay(READ_TIMEOUT_MS, [], { ref: false, signal: late.signal }).catch(() => []),
      ]);
      late.abort();
      this.reset();
      for (const { labels = {}, value } of readings) this.set(labels, value);
    },
  });
  register.registerMetric(gauge);
}
