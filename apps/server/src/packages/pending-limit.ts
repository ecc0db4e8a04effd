import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import type { TransactionContext } from '@waybill/core';
import { TooManyPendingError } from './packages.errors';
import { RegistrationsRepository } from './registrations.repository';

const COUNT_LASTS_MS = 1_000;

/**
 * Refuses registrations while too many are pending. They are counted in PostgreSQL at most once a second, and what this
 * process lets in meanwhile is added: so the limit is passed by no more than what other processes accept in a second.
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

  /** Lets one registration in. @throws TooManyPendingError */
  async admit(ctx: TransactionContext): Promise<void> {
    const limit = this.config.registrations.pendingLimit;
    if (performance.now() - this.countedAt > COUNT_LASTS_MS) await this.count(ctx, limit);
    if (this.counted + this.admitted >= limit) throw new TooManyPendingError();
    this.admitted++;
  }

  /** Gives back the place of one that was let in and then not accepted. */
  readmit(): void {
    this.admitted = Math.max(this.admitted - 1, 0);
  }

  private async count(ctx: TransactionContext, limit: number): Promise<void> {
    // Set first: whoever comes meanwhile goes by what was known and does not count too.
    this.countedAt = performance.now();
    const before = this.admitted;
    try {
      this.counted = await this.registrations.countPending(ctx, limit);
    } catch (error) {
      this.countedAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
    // Those that were let in while PostgreSQL counted may be counted twice for a second: never too few.
    this.admitted -= before;
  }
}
