import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { keysOf } from '@waybill/cache';
import { TransactionContext } from '@waybill/core';
import type { Cache } from 'cache-manager';
import { ROUBLE, shippedCurrencies } from './currencies';
import { addDays, moscowDay } from './moscow-day';
import type { RateSource, StoredList } from './rate-list';
import { RatesUnavailableError } from './rates.errors';
import { type FetchOutcome, RatesFetcher } from './rates.fetcher';
import { RATES_OPTIONS, type ResolvedRatesOptions } from './rates.options';
import { type KnownList, RatesRepository } from './rates.repository';

/** A settled day never changes. The TTL only keeps old days from filling the cache. */
const CACHE_MS = 24 * 3_600_000;
const keyOf = keysOf('rates', 1);

/** One rate as a price uses it: `value` roubles for `nominal` units of `currency`. */
export interface RateQuote {
  currency: string;
  /** Positive decimal, as published. */
  value: string;
  /** A power of ten from 1 to 1,000,000. */
  nominal: number;
  /** First day on which the rate is in force, `YYYY-MM-DD`. */
  effectiveDate: string;
  source: RateSource;
  /** SHA-256 of the source document; hexadecimal. */
  documentSha256: string;
  /** True if the upstream could not confirm the rates of the day, so the newest known list is used. */
  carriedOver: boolean;
}

/** The rates of a day, or why there are none. Only `upstream_unavailable` is temporary. */
export type Quotes =
  { quotes: RateQuote[] } | { unavailable: 'upstream_unavailable' | 'currency_not_quoted' };

/** Result of a refresh. */
export interface Refreshed {
  source: RateSource;
  effectiveDate: string;
  currencies: number;
}

/** Official rates of the Bank of Russia, by the day on which they are in force. */
@Injectable()
export class RatesService {
  private readonly logger = new Logger(RatesService.name);
  private readonly looks = new Map<string, Promise<StoredList | undefined>>();

  constructor(
    private readonly repository: RatesRepository,
    private readonly fetcher: RatesFetcher,
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    @Inject(RATES_OPTIONS) private readonly options: ResolvedRatesOptions,
  ) {}

  /**
   * Returns the rates in force on a day (Europe/Moscow, `YYYY-MM-DD`), one per currency in the given order; the rouble
   * has none. Fetches from the upstream if the day is not settled, which may take half a minute: never call this inside
   * a transaction. An upstream failure is a result, not an exception. Throws only when the process stops during the
   * fetch, because that says nothing about the rates.
   */
  async quotesOn(day: string, currencies: readonly string[]): Promise<Quotes> {
    const wanted = foreign(currencies);
    if (wanted.length === 0) return { quotes: [] };
    const { list, asked } = await this.inForce(day, wanted);
    // With `busy`, other fetches are still running, and their rates are better than the stored ones.
    const older = !list && asked === 'failed' ? await this.newestBefore(new TransactionContext(), day) : null;
    return quotesFrom(list, older, wanted);
  }

  /**
   * Like `quotesOn`, from the stored rates alone, in the context's transaction. Treats a day that is not settled as if
   * the upstream had failed.
   */
  async storedQuotesOn(ctx: TransactionContext, day: string, currencies: readonly string[]): Promise<Quotes> {
    const wanted = foreign(currencies);
    if (wanted.length === 0) return { quotes: [] };
    const list = await this.repository.settledList(ctx, day);
    return quotesFrom(list, list ? null : await this.newestBefore(ctx, day), wanted);
  }

  /**
   * Whether a price in this currency may be accepted: the rouble, a currency in the shipped list, or a stored one.
   * @param ctx the caller's context. Uses its open transaction, because waiting for a second connection while holding
   *   one could deadlock.
   */
  async isKnownCurrency(code: string, ctx = new TransactionContext()): Promise<boolean> {
    if (code === ROUBLE || shippedCurrencies.has(code)) return true;
    return /^[A-Z]{3}$/.test(code) && (await this.repository.isQuoted(ctx, code));
  }

  /**
   * Fetches from the upstream even if the rates are known.
   * @throws RatesUnavailableError
   */
  async refresh(): Promise<Refreshed> {
    const came = await this.fetcher.refresh();
    if (came === 'busy') throw new RatesUnavailableError('Another process is still fetching rates');
    const newest = typeof came === 'object' ? came.lists[0] : undefined;
    if (typeof came !== 'object' || !newest)
      throw new RatesUnavailableError('No source returned valid rates');
    return { source: came.source, effectiveDate: newest.effectiveDate, currencies: newest.rates.size };
  }

  /**
   * Fetches from the upstream unless a list dated after today (Europe/Moscow) is stored.
   * @returns undefined if one is stored.
   * @throws RatesUnavailableError
   */
  async refreshUnlessTomorrowIsKnown(): Promise<Refreshed | undefined> {
    const now = this.options.now
      ? this.options.now()
      : await this.repository.databaseTime(new TransactionContext());
    const [newest] = await this.repository.knownLists(new TransactionContext(), 1);
    const isKnown = newest !== undefined && newest.effectiveDate > moscowDay(now);
    return isKnown ? undefined : this.refresh();
  }

  /** Returns the stored lists, newest first; with `before`, only those with an earlier effective date. */
  async listKnown({ limit, before }: { limit: number; before?: string }): Promise<KnownList[]> {
    return this.repository.knownLists(new TransactionContext(), limit, before);
  }

  private async inForce(
    day: string,
    wanted: string[],
  ): Promise<{ list: StoredList | null; asked: FetchOutcome }> {
    const cached = await this.cached(day);
    const ctx = new TransactionContext();
    if (cached && suffices(cached, wanted)) return { list: cached, asked: 'settled' };
    let asked: FetchOutcome = 'settled';
    let list = await this.repository.settledList(ctx, day);
    if (!list) {
      asked = await this.fetcher.settle(day);
      list = await this.repository.settledList(ctx, day);
    }
    if (list && !suffices(list, wanted)) {
      asked = await this.fetcher.complete(day);
      list = await this.repository.settledList(ctx, day);
    }
    if (list) await this.remember(day, list);
    return { list, asked };
  }

  private async newestBefore(ctx: TransactionContext, day: string): Promise<StoredList | null> {
    const { maxAgeDays, snapshot } = this.options;
    if (snapshot) await this.repository.seedSnapshot(ctx);
    return this.repository.newestList(ctx, {
      day,
      since: addDays(day, -maxAgeDays),
      allowSnapshot: snapshot,
    });
  }

  // Concurrent callers, such as the jobs of a worker, share one look-up.
  private cached(day: string): Promise<StoredList | undefined> {
    const shared = this.looks.get(day);
    if (shared) return shared;
    const look = this.lookUp(day).finally(() => this.looks.delete(day));
    this.looks.set(day, look);
    return look;
  }

  private async lookUp(day: string): Promise<StoredList | undefined> {
    try {
      return await this.cache.get<StoredList>(keyOf(day));
    } catch (error) {
      this.logger.warn(`cache read failed: ${(error as Error).message}`);
      return undefined;
    }
  }

  private async remember(day: string, list: StoredList): Promise<void> {
    try {
      await this.cache.set(keyOf(day), list, CACHE_MS);
    } catch (error) {
      this.logger.warn(`cache write failed: ${(error as Error).message}`);
    }
  }
}

const foreign = (currencies: readonly string[]): string[] =>
  [...new Set(currencies)].filter((currency) => currency !== ROUBLE);

/** @param list the list of the settled day; null if the day is not settled. @param older the newest list before it. */
function quotesFrom(list: StoredList | null, older: StoredList | null, wanted: string[]): Quotes {
  if (list && hasAll(list, wanted)) return { quotes: toQuotes(list, wanted, false) };
  if (list) return { unavailable: list.fromPrevious ? 'upstream_unavailable' : 'currency_not_quoted' };
  if (!older || !hasAll(older, wanted)) return { unavailable: 'upstream_unavailable' };
  return { quotes: toQuotes(older, wanted, true) };
}

function hasAll(list: StoredList, wanted: string[]): boolean {
  return wanted.every((currency) => Object.hasOwn(list.rates, currency));
}

function suffices(list: StoredList, wanted: string[]): boolean {
  return !list.fromPrevious || hasAll(list, wanted);
}

function toQuotes(list: StoredList, wanted: string[], carriedOver: boolean): RateQuote[] {
  const { effectiveDate, source, documentSha256 } = list;
  return wanted.flatMap((currency) => {
    const rate = list.rates[currency];
    return rate ? [{ currency, ...rate, effectiveDate, source, documentSha256, carriedOver }] : [];
  });
}
