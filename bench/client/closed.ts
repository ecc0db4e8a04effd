import autocannon from 'autocannon';
import type { Load, LoadSpec } from './load';
import { Tally } from './tally';

const TIMEOUT_S = 10;

export async function closedLoad(spec: Extract<LoadSpec, { kind: 'closed' }>): Promise<Load> {
  const { url, requests, connections, seconds, amount } = spec;
  const tally = new Tally();
  const { promise: ended, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const settings: autocannon.Options = {
    url,
    connections: Math.min(connections, amount ?? connections),
    requests,
    timeout: TIMEOUT_S,
    // Each connection starts with another request, so that they do not all send the same one at the same time.
    setupClient: (client) => client.setRequests(rotate(requests)),
    ...(amount === undefined ? { duration: seconds ?? 1 } : { amount }),
  };
  const run = autocannon(settings, (error: Error | null, result) =>
    error ? reject(error) : resolve(result),
  );
  let first: number | undefined;
  let last = 0;
  run.on('response', (_client, status, _bytes, ms) => {
    last = performance.now();
    first ??= last - ms;
    tally.reply(status, ms);
  });
  const { errors, timeouts } = await ended;
  tally.failed += errors + timeouts;
  return tally.close((last - (first ?? last)) / 1_000);
}

let turn = 0;
function rotate<T>(list: T[]): T[] {
  turn = (turn + 7) % list.length;
  return [...list.slice(turn), ...list.slice(0, turn)];
}
