import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { checkIfMatch, type RequestContext, TransactionContext, UnavailableError } from '@waybill/core';
import { moscowDay, RatesStoppedError } from '@waybill/currency-rate';
import { Database } from '@waybill/database';
import { actorOf } from './package-actor';
import { PackagePrices } from './package-prices.service';
import { toPackageDto } from './packages.dto';
import {
  CurrencyNotQuotedError,
  PackageCancelledError,
  PackageNotFoundError,
  RateUnavailableError,
} from './packages.errors';
import { type PackageCost, withDay } from './packages.queries';
import { type PackageRow, PackagesRepository, type PricedPackageRow } from './packages.repository';
import type { UnpricedReason } from './pricing';

/** Recomputes the cost of a package. */
@Injectable()
export class RepricingService {
  constructor(
    private readonly database: Database,
    private readonly packages: PackagesRepository,
    private readonly prices: PackagePrices,
    private readonly audit: AuditService,
  ) {}

  /**
   * Fetches the rates of a package's day from the bank, unless they are final. This may take half a minute and needs
   * its own connections, so call it before the transaction of `reprice`.
   */
  async fetchRates(id: number): Promise<void> {
    const inputs = await this.packages.findInputs(new TransactionContext(), id);
    if (!inputs) return;
    try {
      await this.prices.of(inputs);
    } catch (error) {
      if (error instanceof RatesStoppedError) throw new UnavailableError();
      throw error;
    }
  }

  /**
   * Computes the cost of a package from the stored rates of its day, and adds a revision, even if the cost is the same.
   * @returns the new cost.
   * @throws PackageNotFoundError, PackageCancelledError, PreconditionFailedError, and RateUnavailableError or
   *   CurrencyNotQuotedError, which leave the cost unchanged.
   */
  async reprice(ctx: RequestContext, id: number): Promise<PackageCost> {
    return this.database.transaction(ctx, async () => {
      const current = await this.packages.lock(ctx, id, 'all');
      if (!current) throw new PackageNotFoundError();
      checkIfMatch(ctx, toPackageDto(current));
      if (current.status === 'cancelled') throw new PackageCancelledError();
      const price = await this.prices.ofStored(ctx, current);
      if (typeof price === 'string') throw unpriced(current, price);
      await this.packages.reprice(ctx, id, price, actorOf(ctx.principal));
      await this.audit.record(ctx, {
        action: 'package.repriced',
        target: { kind: 'package', id: String(id) },
        changes: { cost: { from: current.deliveryCost, to: price.cost } },
      });
      return withDay((await this.packages.findPriced(ctx, id, 'all')) as PricedPackageRow);
    });
  }
}

function unpriced({ createdAt, contentCurrency }: PackageRow, reason: UnpricedReason): Error {
  const day = moscowDay(createdAt);
  return reason === 'rate_unavailable'
    ? new RateUnavailableError(day)
    : new CurrencyNotQuotedError(contentCurrency, day);
}
