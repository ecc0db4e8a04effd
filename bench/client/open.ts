import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Load, LoadSpec } from './load';
import { Tally } from './tally';

/** Maximum number of requests in flight. */
const SOCKETS = 1_024;
const TIMEOUT_MS = 5_000;
/** A slower reply counts as failed. */
const IN_TIME_MS = 1_000;
const TICK_MS = 2;

/** Sends requests at a fixed rate. Slow replies do not lower the rate. */
export async function openLoad({
  url,
  requests,
  rate,
  seconds,
}: Extract<LoadSpec, { kind: 'open' }>): Promise<Load> {
  const pool = new Pool(url, {
    connections: SOCKETS,
    pipelining: 1,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const tally = new Tally();
  const inFlight = new Set<Promise<void>>();
  const start = performance.now();
  let sent = 0;
  for (let now = start; now < start + seconds * 1_000; now = performance.now()) {
    const due = Math.floor(((now - start) / 1_000) * rate);
    for (; sent < due; sent += 1) {
      if (inFlight.size >= SOCKETS) {
        tally.unsent += 1;
        continue;
      }
      const one = send(pool, requests[sent % requests.length]!, tally).finally(() => inFlight.delete(one));
      inFlight.add(one);
    }
    await delay(TICK_MS);
  }
  const load = tally.close(seconds);
  await pool.destroy();
  await Promise.all(inFlight);
  return load;
}

async function send(
  pool: Pool,
  { method, path, headers, body }: LoadSpec['requests'][number],
  tally: Tally,
): Promise<void> {
  const began = performance.now();
  try {
    const reply = await pool.request({ method, path, headers: headers ?? {}, body: body ?? null });
    await reply.body.dump();
    const ms = performance.now() - began;
    if (reply.statusCode < 300 && ms > IN_TIME_MS) tally.failed += 1;
    else tally.reply(reply.statusCode, ms);
  } catch {
    tally.failed += 1;
  }
}
