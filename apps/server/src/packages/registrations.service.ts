import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { RatesStoppedError } from '@waybill/currency-rate';
import { Database } from '@waybill/database';
import { PackagesRepository } from './packages.repository';
import { PackagePrices } from './package-prices.service';
import type { Price, UnpricedReason } from './pricing';
import { attemptsUsedUp } from './registration-problems';
import { type PendingRegistration, RegistrationsRepository } from './registrations.repository';

/** Turns accepted registrations into packages. Jobs may call it any number of times. */
@Injectable()
export class RegistrationsService {
  private readonly logger = new Logger(RegistrationsService.name);
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly registrations: RegistrationsRepository,
    private readonly packages: PackagesRepository,
    private readonly prices: PackagePrices,
  ) {}

  /**
   * Creates the package of a pending registration exactly once, however many jobs run. Jobs of one process share an
   * attempt. A registration whose attempts have all started is left to those attempts, and to the sweeper if none
   * finishes.
   * @throws the error of an attempt while attempts are left. After the last one, the registration is failed. An attempt
   *   that is interrupted by a stopping process does not count.
   */
  process(id: string): Promise<void> {
    const underWay = this.underWay.get(id);
    if (underWay) return underWay;
    const attempt = this.attempt(id).finally(() => this.underWay.delete(id));
    this.underWay.set(id, attempt);
    return attempt;
  }

  private async attempt(id: string): Promise<void> {
    const ctx = new TransactionContext();
    const { attempts, requeueAfterSeconds } = this.config.registrations;
    const registration = await this.registrations.beginAttempt(ctx, id, {
      attempts,
      graceSeconds: requeueAfterSeconds,
    });
    if (!registration) return;
    try {
      const price = await this.prices.of(registration);
      await this.database.transaction(ctx, () => this.complete(ctx, registration, price));
    } catch (error) {
      if (error instanceof RatesStoppedError) {
        await this.registrations.undoAttempt(ctx, id);
        throw error;
      }
      if (registration.attempts < attempts) throw error;
      await this.fail(ctx, id, error as Error);
    }
  }

  private async complete(
    ctx: TransactionContext,
    registration: PendingRegistration,
    price: Price | UnpricedReason,
  ): Promise<void> {
    const packageId = await this.packages.insertOnce(ctx, registration, price);
    if (packageId !== undefined) await this.registrations.succeed(ctx, registration.id, packageId);
  }

  private async fail(ctx: TransactionContext, id: string, error: Error): Promise<void> {
    const { attempts } = this.config.registrations;
    this.logger.error(`Registration ${id} failed after ${attempts} attempts: ${error.message}`, error.stack);
    await this.registrations.fail(ctx, [id], attemptsUsedUp(attempts));
  }
}
