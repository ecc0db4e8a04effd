import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

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

/** An ioredis client. The caller closes it and sets its command timeout. */
export type LimitsRedis = object;

export const WINDOW_SECONDS = 60;
const MAX_KEYS = 100_000;

/**
 * Creates a limiter that counts in this process, or in Redis for all processes. While Redis is unavailable, each
 * process counts by itself.
 * @param name prefix of the Redis keys.
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

/** Counts a bounded number of keys. Further keys share one counter, so that callers can't exhaust the memory. */
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

  // All counters live equally long, so the oldest ones come first.
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
