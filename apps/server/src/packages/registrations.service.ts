import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { Batcher, TransactionContext } from '@waybill/core';
import { RatesStoppedError } from '@waybill/currency-rate';
import { isRefusal } from '@waybill/database';
import { PackagePrices } from './package-prices.service';
import { attemptsExhausted } from './registration-problems';
import {
  type PendingRegistration,
  type PricedRegistration,
  RegistrationsRepository,
} from './registrations.repository';

const BATCH_LIMITS = { maxSize: 100, concurrency: 2 };

/** Turns accepted registrations into packages. Jobs may call this any number of times. */
@Injectable()
export class RegistrationsService {
  private readonly logger = new Logger(RegistrationsService.name);
  private readonly running = new Map<string, Promise<void>>();
  // Each job starts on its own, but concurrent jobs share their statements.
  private readonly attemptBatcher = new Batcher<string, PendingRegistration | undefined>(
    (ids) => this.beginAll(ids),
    { ...BATCH_LIMITS, retryIndividually: isRefusal },
  );
  private readonly completionBatcher = new Batcher<PricedRegistration, void>(
    async (priced) => {
      await this.registrations.complete(new TransactionContext(), priced);
      return [];
    },
    { ...BATCH_LIMITS, retryIndividually: isRefusal },
  );

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registrations: RegistrationsRepository,
    private readonly prices: PackagePrices,
  ) {}

  /**
   * Creates the package of a pending registration exactly once, however many jobs run. Jobs of one process share an
   * attempt. Does nothing if no attempts are left: a running attempt finishes the registration, or the sweeper marks it
   * as failed.
   * @throws the error of the attempt, while attempts are left. After the last attempt, marks the registration as
   *   failed. An attempt that stops with its process does not count.
   */
  process(id: string): Promise<void> {
    const running = this.running.get(id);
    if (running) return running;
    const attempt = this.attempt(id).finally(() => this.running.delete(id));
    this.running.set(id, attempt);
    return attempt;
  }

  private async attempt(id: string): Promise<void> {
    const registration = await this.attemptBatcher.add(id);
    if (!registration) return;
    try {
      const price = await this.prices.of(registration);
      await this.completionBatcher.add({ id, price });
    } catch (error) {
      const ctx = new TransactionContext();
      if (error instanceof RatesStoppedError) {
        await this.registrations.undoAttempt(ctx, id);
        throw error;
      }
      if (registration.attempts < this.config.registrations.attempts) throw error;
      await this.fail(ctx, id, error as Error);
    }
  }

  private async beginAll(ids: string[]): Promise<(PendingRegistration | undefined)[]> {
    const { attempts, requeueAfterSeconds: graceSeconds } = this.config.registrations;
    const limits = { attempts, graceSeconds };
    const begun = await this.registrations.beginAttempts(new TransactionContext(), ids, limits);
    const byId = new Map(begun.map((one) => [one.id, one]));
    return ids.map((id) => byId.get(id));
  }

  private async fail(ctx: TransactionContext, id: string, error: Error): Promise<void> {
    const { attempts } = this.config.registrations;
    this.logger.error(`Registration ${id} failed after ${attempts} attempts: ${error.message}`, error.stack);
    await this.registrations.fail(ctx, [id], attemptsExhausted(attempts));
  }
}
