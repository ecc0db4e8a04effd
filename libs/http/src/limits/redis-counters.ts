import { Batcher } from '@waybill/core';
import { type CounterState, WINDOW_SECONDS } from './counters';

/** The part of an ioredis client that counts. The caller closes it and sets its command timeout. */
export interface LimitsRedis {
  readonly status: string;
  readonly isCluster: boolean;
  defineCommand(name: string, definition: { lua: string }): void;
}

/** The command that `defineCommand` adds to the client. */
type CountCommand = (keyCount: number, ...keysAndAmounts: (string | number)[]) => Promise<number[]>;
const COMMAND = 'waybillCount';

// Adds ARGV[i] to KEYS[i]. A key expires one window after its first count.
const SCRIPT = `local states = {}
for i, key in ipairs(KEYS) do
  redis.call('set', key, 0, 'EX', ${WINDOW_SECONDS}, 'NX')
  states[2 * i - 1] = redis.call('incrby', key, ARGV[i])
  local left = redis.call('pttl', key)
  if left < 0 then
    redis.call('expire', key, ${WINDOW_SECONDS})
    left = ${WINDOW_SECONDS * 1_000}
  end
  states[2 * i] = left
end
return states`;

interface Addition {
  key: string;
  amount: number;
}

/**
 * Counters in Redis that all processes share. Sends concurrent additions in one command, because writing a command to
 * Redis takes most of the CPU time of a count.
 */
export class RedisCounters {
  private readonly batcher = new Batcher((batch: Addition[]) => this.addAll(batch), {
    maxSize: 200,
    concurrency: 1,
  });

  constructor(private readonly client: LimitsRedis) {
    client.defineCommand(COMMAND, { lua: SCRIPT });
  }

  /** Adds to a counter. @throws Error immediately if Redis is not connected. */
  add(key: string, amount: number): Promise<CounterState> {
    if (this.client.status !== 'ready') throw new Error('Redis is not connected');
    return this.batcher.add({ key, amount });
  }

  private async addAll(batch: Addition[]): Promise<CounterState[]> {
    const sums = new Map<string, number>();
    for (const { key, amount } of batch) sums.set(key, (sums.get(key) ?? 0) + amount);
    const states = await this.count(sums);
    // Returns the counts that the additions would get if they were sent one by one.
    const counted: CounterState[] = [];
    for (const { key, amount } of batch.toReversed()) {
      const state = states.get(key) as CounterState;
      counted.push({ ...state });
      state.count -= amount;
    }
    return counted.toReversed();
  }

  private async count(sums: ReadonlyMap<string, number>): Promise<Map<string, CounterState>> {
    const keys = [...sums.keys()];
    const amounts = [...sums.values()];
    const found = this.client.isCluster
      ? // The keys of one command must be on one node.
        (await Promise.all(keys.map((key, n) => this.send(1, key, amounts[n] as number)))).flat()
      : await this.send(keys.length, ...keys, ...amounts);
    const stateOf = (n: number): CounterState => ({
      count: found[2 * n] as number,
      msLeft: found[2 * n + 1] as number,
    });
    return new Map(keys.map((key, n) => [key, stateOf(n)]));
  }

  private get send(): CountCommand {
    const { client } = this;
    return (client as unknown as Record<typeof COMMAND, CountCommand>)[COMMAND].bind(client);
  }
}
