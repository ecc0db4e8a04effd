import { Injectable } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { moscowDay, RatesService } from '@waybill/currency-rate';
import { PackagesRepository, type UnpricedPackageRow } from './packages.repository';
import { currenciesOf, type Price, priceOf, type PricingInputs, type UnpricedReason } from './pricing';

/** Inputs of a price, and when the registration was accepted. */
export type PriceRequest = PricingInputs & { createdAt: Date };

type Quotes = Awaited<ReturnType<RatesService['quotesOn']>>;
/** Fetched quotes, by day and currency. */
type QuoteCache = Map<string, Quotes>;

const BATCH = 500;
const BEYOND_ANY_ID = 2_147_483_647;

/**
 * Prices packages at the rates of the day (Europe/Moscow) on which their registrations were accepted, even if the
 * pricing runs days later.
 */
@Injectable()
export class PackagePrices {
  constructor(
    private readonly packages: PackagesRepository,
    private readonly rates: RatesService,
  ) {}

  /** Returns the price, or the reason why there is none yet. */
  async of(inputs: PriceRequest): Promise<Price | UnpricedReason> {
    return fromQuotes(inputs, await this.rates.quotesOn(moscowDay(inputs.createdAt), currenciesOf(inputs)));
  }

  /**
   * Returns the price from stored rates, for a caller with an open transaction. Call `of` first: the stored rates may
   * be those of an earlier day although the bank has published newer ones.
   */
  async ofStored(ctx: TransactionContext, inputs: PriceRequest): Promise<Price | UnpricedReason> {
    const day = moscowDay(inputs.createdAt);
    return fromQuotes(inputs, await this.rates.storedQuotesOn(ctx, day, currenciesOf(inputs)));
  }

  /**
   * Prices every unpriced package for which rates are available. Starts with the newest, because a failed fetch may
   * take half a minute and must not delay newer packages. Fetches the rates of each day once, and stores the prices of
   * a day before it continues with the next day.
   */
  async priceUnpriced(signal: AbortSignal): Promise<{ priced: number; left: number }> {
    const fetched: QuoteCache = new Map();
    let [beforeId, priced, seen] = [BEYOND_ANY_ID, 0, 0];
    while (!signal.aborted) {
      const batch = await this.packages.listUnpriced(new TransactionContext(), beforeId, BATCH);
      for (const rows of Map.groupBy(batch, ({ createdAt }) => moscowDay(createdAt)).values())
        priced += await this.priceAll(rows, fetched, signal);
      seen += batch.length;
      beforeId = batch.at(-1)?.id ?? beforeId;
      if (batch.length < BATCH) break;
    }
    return { priced, left: seen - priced };
  }

  private async priceAll(
    rows: UnpricedPackageRow[],
    fetched: QuoteCache,
    signal: AbortSignal,
  ): Promise<number> {
    const prices = new Map<number, Price | UnpricedReason>();
    for (const row of rows) {
      if (signal.aborted) break;
      prices.set(row.id, fromQuotes(row, await this.quotesFor(row, fetched)));
    }
    return prices.size > 0 ? this.packages.setPrices(new TransactionContext(), prices) : 0;
  }

  // Every price needs the dollar rate. If a day has none, does not fetch the other currencies of that day.
  private async quotesFor(inputs: PriceRequest, fetched: QuoteCache): Promise<Quotes> {
    const day = moscowDay(inputs.createdAt);
    const dollar = await memoized(fetched, `${day} USD`, () => this.rates.quotesOn(day, ['USD']));
    if (!('quotes' in dollar)) return dollar;
    return memoized(fetched, `${day} ${inputs.contentCurrency}`, () =>
      this.rates.quotesOn(day, currenciesOf(inputs)),
    );
  }
}

async function memoized(fetched: QuoteCache, key: string, fetch: () => Promise<Quotes>): Promise<Quotes> {
  const known = fetched.get(key) ?? (await fetch());
  fetched.set(key, known);
  return known;
}

function fromQuotes(inputs: PricingInputs, answer: Quotes): Price | UnpricedReason {
  if ('quotes' in answer) return priceOf(inputs, answer.quotes);
  return answer.unavailable === 'upstream_unavailable' ? 'rate_unavailable' : answer.unavailable;
}
