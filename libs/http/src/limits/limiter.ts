import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** The state of a rate limit after the current request was counted. */
export interface RateLimitState {
  /** Requests in a minute. */
  quota: number;
  remaining: number;
  /** Seconds until the limit starts anew; at least 1. */
  reset: number;
  exceeded: boolean;
}

/** Counts requests by key, minute by minute. */
export interface Limiter {
  count(key: string): Promise<RateLimitState>;
  /** Takes one request back. */
  forgive(key: string): Promise<void>;
}

/** A client of Redis as ioredis makes it; whoever hands it over closes it, and gives its commands a timeout. */
export type LimitsRedis = object;

export const WINDOW_SECONDS = 60;
const MAX_KEYS = 100_000;

/**
 * A limiter that counts in this process, or in Redis for all processes. While Redis is away each process counts by itself.
 * @param name what the keys in Redis begin with.
 */
export function createLimiter(name: string, quota: number, redis?: LimitsRedis): Limiter {
  const options = { keyPrefix: name, points: quota, duration: WINDOW_SECONDS };
  const memory = new BoundedMemory(options);
  const limiter = redis
    ? new RateLimiterRedis({
        ...options,
        storeClient: redis,
        rejectIfRedisNotReady: true,
        insuranceLimiter: memory,
      })
    : memory;
  return {
    count: async (key) => rateLimitStateOf(quota, await limiter.consume(key).catch(refusal)),
    forgive: async (key) => void (await limiter.reward(key)),
  };
}

// The library rejects with the state itself when the quota is used up.
function refusal(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason;
  throw reason;
}

const rateLimitStateOf = (
  quota: number,
  { consumedPoints, msBeforeNext }: RateLimiterRes,
): RateLimitState => ({
  quota,
  remaining: Math.max(quota - consumedPoints, 0),
  reset: Math.max(Math.ceil(msBeforeNext / 1000), 1),
  exceeded: consumedPoints > quota,
});

/** Counts for so many keys at a time and no more: those beyond share one count, so that nobody fills the memory. */
export class BoundedMemory extends RateLimiterMemory {
  private readonly ends = new Map<string, number>();

  constructor(
    options: ConstructorParameters<typeof RateLimiterMemory>[0],
    private readonly maxKeys = MAX_KEYS,
  ) {
    super(options);
  }

  override consume(key: string, points?: number): Promise<RateLimiterRes> {
    return super.consume(this.admits(key) ? key : 'others', points);
  }

  override reward(key: string, points?: number): Promise<RateLimiterRes> {
    return super.reward(this.admits(key) ? key : 'others', points);
  }

  // Every count lasts equally long, so that those that end first stand first.
  private admits(key: string): boolean {
    const now = Date.now();
    for (const [oldest, end] of this.ends) {
      if (end > now) break;
      this.ends.delete(oldest);
    }
    if (this.ends.has(key)) return true;
    if (this.ends.size >= this.maxKeys) return false;
    this.ends.set(key, now + WINDOW_SECONDS * 1000);
    return true;
  }
}
