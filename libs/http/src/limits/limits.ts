import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { addressKey } from './address-key';
import { createLimiter, type Limiter, type RateLimitState } from './limiter';
import { type LimitsRedis, RedisCounters } from './redis-counters';

/** Injection token of the Redis client that all processes count in. Without it, each process counts separately. */
export const LIMITS_REDIS = Symbol('LIMITS_REDIS');

/** Rate limits of callers: docs/api-conventions.md, "Limits". */
@Injectable()
export class Limits {
  private readonly principals: Limiter;
  private readonly addresses: Limiter;
  private readonly newSessions: Limiter;
  private readonly badCredentials: Limiter;

  constructor(
    @Inject(CONFIG) { limits, redis: { prefix } }: Config,
    @Optional() @Inject(LIMITS_REDIS) redis?: LimitsRedis,
  ) {
    const counters = redis && new RedisCounters(redis);
    const limiter = (name: string, quota: number) =>
      createLimiter(`${prefix}:limits:${name}`, quota, counters);
    this.principals = limiter('principal', limits.principalPerMinute);
    this.addresses = limiter('address', limits.addressPerMinute);
    this.newSessions = limiter('sessions', limits.sessionsPerMinute);
    this.badCredentials = limiter('credentials', limits.badCredentialsPerMinute);
  }

  countAddress = (address: string): Promise<RateLimitState> => this.addresses.count(addressKey(address));

  /** @param id ID of the session or the API key. */
  countPrincipal = (id: string): Promise<RateLimitState> => this.principals.count(id);

  countNewSession = (address: string): Promise<RateLimitState> => this.newSessions.count(addressKey(address));

  /** Counts credentials as invalid. Call `forgiveCredentials` if they are valid. */
  countCredentials = (address: string): Promise<RateLimitState> =>
    this.badCredentials.count(addressKey(address));

  /** Subtracts credentials that turned out to be valid. */
  forgiveCredentials = (address: string): Promise<void> => this.badCredentials.forgive(addressKey(address));
}
