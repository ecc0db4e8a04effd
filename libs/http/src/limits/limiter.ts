import { type CounterState, MemoryCounters } from './counters';
import type { RedisCounters } from './redis-counters';

/** State of a rate limit after the current request was counted. */
export interface RateLimitState {
  /** Requests per minute. */
  quota: number;
  remaining: number;
  /** Seconds until the limit resets; at least 1. */
  reset: number;
  exceeded: boolean;
}

/** Counts requests by key, in windows of one minute. */
export interface Limiter {
  count(key: string): Promise<RateLimitState>;
  /** Subtracts one request. */
  forgive(key: string): Promise<void>;
}

/**
 * Creates a limiter that counts in this process, or in Redis for all processes. While Redis is unavailable, each
 * process counts separately.
 * @param name prefix of the keys in Redis.
 */
export function createLimiter(name: string, quota: number, shared?: RedisCounters): Limiter {
  const own = new MemoryCounters();
  const add = async (key: string, amount: number): Promise<CounterState> => {
    try {
      if (shared) return await shared.add(`${name}:${key}`, amount);
    } catch {
      // Counts in memory instead. The client logs that Redis is unavailable.
    }
    return own.add(key, amount);
  };
  return {
    count: async (key) => rateLimitStateOf(quota, await add(key, 1)),
    forgive: async (key) => void (await add(key, -1)),
  };
}

const rateLimitStateOf = (quota: number, { count, msLeft }: CounterState): RateLimitState => ({
  quota,
  remaining: Math.max(quota - count, 0),
  reset: Math.max(Math.ceil(msLeft / 1000), 1),
  exceeded: count > quota,
});
