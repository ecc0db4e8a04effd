import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import type { TransactionContext } from '@waybill/core';
import { TooManyPendingError } from './packages.errors';
import { RegistrationsRepository } from './registrations.repository';

const COUNT_TTL_MS = 1_000;

/**
 * Refuses registrations while too many are pending. Counts them in PostgreSQL at most once a second, and adds those
 * that this process has accepted since. So the limit is exceeded by at most the number of registrations that other
 * processes accept within a second.
 */
@Injectable()
export class PendingLimit {
  private counted = 0;
  private countedAt = Number.NEGATIVE_INFINITY;
  private admitted = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registrations: RegistrationsRepository,
  ) {}

  /** Admits one registration. @throws TooManyPendingError */
  async admit(ctx: TransactionContext): Promise<void> {
    const limit = this.config.registrations.pendingLimit;
    if (performance.now() - this.countedAt > COUNT_TTL_MS) await this.count(ctx, limit);
    if (this.counted + this.admitted >= limit) throw new TooManyPendingError();
    this.admitted++;
  }

  /** Undoes an admission if the registration was not accepted. */
  release(): void {
    this.admitted = Math.max(this.admitted - 1, 0);
  }

  private async count(ctx: TransactionContext, limit: number): Promise<void> {
    // Set before counting, so that concurrent requests use the previous count instead of starting another one.
    this.countedAt = performance.now();
    const before = this.admitted;
    try {
      this.counted = await this.registrations.countPending(ctx, limit);
    } catch (error) {
      this.countedAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
    // Registrations that are admitted during the count may be counted twice for a second, but are never missed.
    this.admitted -= before;
  }
}
