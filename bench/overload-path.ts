import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchPath } from './bench';
import type { Load, Request } from './client/load';
import { memory } from './processes';
import type { Result } from './result';
import type { Seed } from './seed';
import type { Server } from './servers';

const TIMES_CAPACITY = 3;
/** A server counts as recovered when it replies within this time. */
const PROMPT_MS = 100;
const RECOVERY_DEADLINE_MS = 30_000;

export interface OverloadOptions {
  name: string;
  description: string;
  /** Minimum goodput under overload, as a share of the peak. */
  target: number;
  requests: (seed: Seed) => Request[];
}

/** Sends requests at three times the capacity of a server, without waiting for the replies. */
export const overloadPath = (options: OverloadOptions): BenchPath => ({
  name: options.name,
  description: options.description,
  measure: async (bench) => [await measure(bench, options)],
});

async function measure(bench: Bench, { name, target, requests: of }: OverloadOptions): Promise<Result> {
  const { seed, databaseUrl } = await bench.http();
  const requests = of(seed);
  const redis = bench.redis(name);
  // A separate server, so that the overload does not affect other paths.
  const server = await bench.start(name, { role: redis ? 'api' : 'all', databaseUrl, redis });
  try {
    const { connections } = bench.options;
    const { overloadSeconds: seconds, warmUpSeconds } = bench.effort;
    const closed = { kind: 'closed', url: server.url, requests, connections } as const;
    await bench.client.run({ ...closed, seconds: warmUpSeconds });
    const peak = await bench.client.run({ ...closed, seconds: seconds / 2 });
    const calm = memory(server.pid).now;
    const rate = peak.perSecond * TIMES_CAPACITY;
    const flood = await bench.client.run({ kind: 'open', url: server.url, requests, rate, seconds });
    const recoveredIn = await timeToRecover(server, requests[0]!);
    const after = await bench.client.run({ ...closed, seconds: seconds / 2 });
    return {
      path: name,
      unit: 'requests/s',
      ...{ ours: flood.perSecond, baseline: peak.perSecond, ratio: flood.perSecond / peak.perSecond },
      ...{ spread: 0, noisy: false, target },
      notes: describe(flood, { calm, flooded: memory(server.pid).peak }, recoveredIn, after, peak),
    };
  } finally {
    await server.stop();
  }
}

async function timeToRecover(server: Server, { path, headers }: Request): Promise<number> {
  const ended = performance.now();
  while (performance.now() < ended + RECOVERY_DEADLINE_MS) {
    const asked = performance.now();
    const status = await fetch(server.url + path, {
      headers: headers ?? {},
      signal: AbortSignal.timeout(5_000),
    }).then(
      (reply) => reply.arrayBuffer().then(() => reply.status),
      () => 0,
    );
    if (status === 200 && performance.now() - asked < PROMPT_MS) return performance.now() - ended;
    await delay(10);
  }
  return Infinity;
}

function describe(
  flood: Load,
  rss: { calm: number; flooded: number },
  recoveredIn: number,
  after: Load,
  peak: Load,
): string[] {
  const { good, refused, refusedP99, failed, unsent, p99, seconds } = flood;
  const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const each = (count: number) => Math.round(count / seconds);
  return [
    `sent ${each(good + refused + failed)}/s: ${each(good)}/s answered within 1 s (p99 ${ms(p99)}), ` +
      `${each(refused)}/s refused with 429 or 503${refused ? ` (p99 ${ms(refusedP99)})` : ''}, ` +
      `${each(failed)}/s late or failed; ${each(unsent)}/s found no free connection`,
    `RSS ${Math.round(rss.calm)} MB before, at most ${Math.round(rss.flooded)} MB`,
    `recovered after ${ms(recoveredIn)}, then ${Math.round((after.perSecond / peak.perSecond) * 100)} % of the peak`,
  ];
}
