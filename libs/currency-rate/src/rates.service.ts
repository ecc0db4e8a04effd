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

/** A settled day never changes: it is cached for a day only so that a cache does not fill up with old ones. */
const CACHE_MS = 24 * 3_600_000;
const keyOf = keysOf('rates', 1);

/** One rate as a price uses it: `value` roubles for `nominal` units of `currency`. */
export interface RateQuote {
  currency: string;
  /** A positive decimal, as it was published. */
  value: string;
  /** 1 or a power of ten up to a million. */
  nominal: number;
  /** From which day the rate is in force, `YYYY-MM-DD`. */
  effectiveDate: string;
  source: RateSource;
  /** Of the document that it was read from; hexadecimal. */
  documentSha256: string;
  /** The upstream could not say what is in force on the day: this is the newest that was known. */
  carriedOver: boolean;
}

/** The rates of a day, or why there are none: only `upstream_unavailable` may pass. */
export type Quotes =
  { quotes: RateQuote[] } | { unavailable: 'upstream_unavailable' | 'currency_not_quoted' };

/** What a refresh brought. */
export interface Refreshed {
  source: RateSource;
  effectiveDate: string;
  currencies: number;
}

/** The official rates of the Bank of Russia, by the day on which they are in force. */
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
   * The rates in force on a day (Europe/Moscow, `YYYY-MM-DD`), one for each currency in the order asked for; the rouble
   * counts as 1 and has none. Asks the upstream when the day is not settled, which may take half a minute: not to be
   * called inside a transaction. Trouble upstream is an answer, never an exception; a process that stops while it asks
   * throws, because that says nothing about the rate.
   */
  async quotesOn(day: string, currencies: readonly string[]): Promise<Quotes> {
    const wanted = [...new Set(currencies)].filter((currency) => currency !== ROUBLE);
    if (wanted.length === 0) return { quotes: [] };
    const { list, asked } = await this.inForce(day, wanted);
    if (list && hasAll(list, wanted)) return { quotes: toQuotes(list, wanted, false) };
    if (list) return { unavailable: list.fromPrevious ? 'upstream_unavailable' : 'currency_not_quoted' };
    // Others are still asking: what they bring is better than what is known.
    const older = asked === 'failed' ? await this.newestBefore(day) : null;
    if (!older || !hasAll(older, wanted)) return { unavailable: 'upstream_unavailable' };
    return { quotes: toQuotes(older, wanted, true) };
  }

  /**
   * Whether a price in this currency may be accepted: the rouble, what the bank is known to quote, what is stored.
   * @param ctx of the caller, whose transaction may be open: waiting for a second connection while holding one could wait
   * for ever.
   */
  async isKnownCurrency(code: string, ctx = new TransactionContext()): Promise<boolean> {
    if (code === ROUBLE || shippedCurrencies.has(code)) return true;
    return /^[A-Z]{3}$/.test(code) && (await this.repository.isQuoted(ctx, code));
  }

  /**
   * Asks the upstream now, whatever is known.
   * @throws RatesUnavailableError
   */
  async refresh(): Promise<Refreshed> {
    const came = await this.fetcher.refresh();
    if (came === 'busy') throw new RatesUnavailableError('Another process is still fetching rates');
    const newest = typeof came === 'object' ? came.lists[0] : undefined;
    if (typeof came !== 'object' || !newest)
      throw new RatesUnavailableError('No source gave rates that can be trusted');
    return { source: came.source, effectiveDate: newest.effectiveDate, currencies: newest.rates.size };
  }

  /**
   * Asks the upstream unless a list dated after today (Europe/Moscow) is stored already.
   * @returns undefined when it is.
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

  /** What is stored, newest first; with `before`, only lists with an older effective date. */
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

  private async newestBefore(day: string): Promise<StoredList | null> {
    const { maxAgeDays, snapshot } = this.options;
    const ctx = new TransactionContext();
    if (snapshot) await this.repository.seedSnapshot(ctx);
    return this.repository.newestList(ctx, {
      day,
      since: addDays(day, -maxAgeDays),
      allowSnapshot: snapshot,
    });
  }

  // Those who ask at the same time share one look, as the jobs of a worker do.
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
      this.logger.warn(`The cache did not answer: ${(error as Error).message}`);
      return undefined;
    }
  }

  private async remember(day: string, list: StoredList): Promise<void> {
    try {
      await this.cache.set(keyOf(day), list, CACHE_MS);
    } catch (error) {
      this.logger.warn(`The cache took nothing: ${(error as Error).message}`);
    }
  }
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
