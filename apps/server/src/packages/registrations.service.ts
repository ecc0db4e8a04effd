import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { Database, WorkContext } from '@waybill/database';
import { PackagesRepository } from './packages.repository';
import { PackagePrices } from './package-prices.service';
import type { Price, UnpricedReason } from './pricing';
import { type PendingRegistration, RegistrationsRepository } from './registrations.repository';

/** Turns accepted registrations into packages; called by jobs, as often as they like. */
@Injectable()
export class RegistrationsService {
  private readonly logger = new Logger(RegistrationsService.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly registrations: RegistrationsRepository,
    private readonly packages: PackagesRepository,
    private readonly prices: PackagePrices,
  ) {}

  /**
   * Makes the package of a pending registration, once, however many jobs try.
   * @throws whatever went wrong while attempts are left; after the last one the registration is failed.
   */
  async process(id: string): Promise<void> {
    const ctx = new WorkContext();
    const { attempts, ringAgainSeconds } = this.config.registrations;
    const registration = await this.registrations.beginAttempt(ctx, id, ringAgainSeconds);
    if (!registration) return;
    // Attempts that ended with their process threw nothing, but they count.
    if (registration.attempts > attempts)
      return this.fail(ctx, id, new Error('none of its attempts came to an end'));
    try {
      const price = await this.prices.of(registration);
      await this.database.transaction(ctx, () => this.complete(ctx, registration, price));
    } catch (error) {
      if (registration.attempts < attempts) throw error;
      await this.fail(ctx, id, error as Error);
    }
  }

  private async complete(
    ctx: WorkContext,
    registration: PendingRegistration,
    price: Price | UnpricedReason,
  ): Promise<void> {
    const packageId = await this.packages.insertOnce(ctx, registration, price);
    if (packageId !== undefined) await this.registrations.succeed(ctx, registration.id, packageId);
  }

  private async fail(ctx: WorkContext, id: string, error: Error): Promise<void> {
    const { attempts } = this.config.registrations;
    this.logger.error(`Registration ${id} failed after ${attempts} attempts: ${error.message}`, error.stack);
    const detail = `The package could not be registered after ${attempts} attempts.`;
    await this.registrations.fail(ctx, id, { code: 'registration_failed', detail });
  }
}
