import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { addressKey } from './address-key';
import { createLimiter, type Limiter, type LimitsRedis, type RateLimitState } from './limiter';

/** Injection token of the Redis client that all processes count in. Without it, each process counts by itself. */
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
    this.principals = createLimiter(`${prefix}:limits:principal`, limits.principalPerMinute, redis);
    this.addresses = createLimiter(`${prefix}:limits:address`, limits.addressPerMinute, redis);
    this.newSessions = createLimiter(`${prefix}:limits:sessions`, limits.sessionsPerMinute, redis);
    this.badCredentials = createLimiter(
      `${prefix}:limits:credentials`,
      limits.badCredentialsPerMinute,
      redis,
    );
  }

  countAddress = (address: string): Promise<RateLimitState> => this.addresses.count(addressKey(address));

  /** @param id ID of the session or the API key. */
  countPrincipal = (id: string): Promise<RateLimitState> => this.principals.count(id);

  countNewSession = (address: string): Promise<RateLimitState> => this.newSessions.count(addressKey(address));

  /** Counts credentials as invalid until they prove valid. */
  countCredentials = (address: string): Promise<RateLimitState> =>
    this.badCredentials.count(addressKey(address));

  /** Subtracts credentials that proved valid. */
  forgiveCredentials = (address: string): Promise<void> => this.badCredentials.forgive(addressKey(address));
}
