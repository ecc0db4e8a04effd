import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { moscowDay, RatesService } from '@waybill/currency-rate';
import { Database, WorkContext } from '@waybill/database';
import { Doorbells } from '@waybill/queue';
import { PackagesRepository } from './packages.repository';
import { currenciesOf, type Price, priceOf, type UnpricedReason } from './pricing';
import { ringFor } from './registration-jobs';
import { type PendingRegistration, RegistrationsRepository } from './registrations.repository';

const SWEEP_BATCH = 500;

/** Turns accepted registrations into packages; called by jobs, as often as they like. */
@Injectable()
export class RegistrationsService {
  private readonly logger = new Logger(RegistrationsService.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly registrations: RegistrationsRepository,
    private readonly packages: PackagesRepository,
    private readonly rates: RatesService,
    private readonly doorbells: Doorbells,
  ) {}

  /**
   * Makes the package of a pending registration, once, however many jobs try.
   * @throws whatever went wrong while attempts are left; after the last one the registration is failed.
   */
  async process(id: string): Promise<void> {
    const ctx = new WorkContext();
    const registration = await this.registrations.beginAttempt(ctx, id);
    if (!registration) return;
    try {
      const price = await this.price(registration);
      await this.database.transaction(ctx, () => this.complete(ctx, registration, price));
    } catch (error) {
      if (registration.attempts < this.config.registrations.attempts) throw error;
      await this.fail(ctx, registration, error as Error);
    }
  }

  /** Rings for everything that is pending: whoever was at it before may be gone. */
  async sweep(): Promise<number> {
    const ctx = new WorkContext();
    let swept = 0;
    let batch = await this.registrations.listPending(ctx, undefined, SWEEP_BATCH);
    while (batch.length > 0) {
      for (const { id } of batch) ringFor(this.doorbells, this.config, id, { again: true });
      swept += batch.length;
      batch = await this.registrations.listPending(ctx, batch.at(-1), SWEEP_BATCH);
    }
    if (swept > 0) this.logger.log(`Rang again for ${swept} pending registrations`);
    return swept;
  }

  /** The price at the rates of the day on which the registration was accepted, or why there is none yet. */
  private async price(registration: PendingRegistration): Promise<Price | UnpricedReason> {
    const answer = await this.rates.quotesOn(moscowDay(registration.createdAt), currenciesOf(registration));
    if ('quotes' in answer) return priceOf(registration, answer.quotes);
    return answer.unavailable === 'upstream_unavailable' ? 'rate_unavailable' : answer.unavailable;
  }

  private async complete(
    ctx: WorkContext,
    registration: PendingRegistration,
    price: Price | UnpricedReason,
  ): Promise<void> {
    const packageId = await this.packages.insertOnce(ctx, registration, price);
    if (packageId !== undefined) await this.registrations.succeed(ctx, registration.id, packageId);
  }

  private async fail(ctx: WorkContext, { id, attempts }: PendingRegistration, error: Error): Promise<void> {
    this.logger.error(`Registration ${id} failed after ${attempts} attempts: ${error.message}`, error.stack);
    const detail = `The package could not be registered after ${attempts} attempts.`;
    await this.registrations.fail(ctx, id, { code: 'registration_failed', detail });
  }
}
