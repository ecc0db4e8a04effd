import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { bulkhead, isBrokenCircuitError, isBulkheadRejectedError } from 'cockatiel';
import { bankXml, jsonMirror } from './cbr-formats';
import { CbrSource } from './cbr-source';
import { addDays, moscowDay } from './moscow-day';
import type { RateDocument } from './rate-list';
import { RatesStoppedError } from './rates.errors';
import { longestFetchMs, RATES_OPTIONS, type ResolvedRatesOptions } from './rates.options';
import { RatesRepository } from './rates.repository';
import { snapshot } from './snapshot';
import { UpstreamError } from './upstream-error';

/** Maximum number of days waiting for a fetch. Beyond it, a day gets `busy`. */
const MAX_WAITING = 64;

/** Outcome of a fetch. `busy` says nothing about the upstream: other fetches are still running. */
export type FetchOutcome = 'settled' | 'failed' | 'busy';

/** A request to the upstream. */
interface FetchRequest {
  day: string | 'today';
  sources: CbrSource[];
  /** Whether the request is satisfied by stored rates, or by the document that was just fetched and stored. */
  isDone(ctx: TransactionContext, fetched: RateDocument | null): Promise<boolean>;
}

/** Fetches lists from the upstream into PostgreSQL: one fetch at a time across the fleet, one waiting per process. */
@Injectable()
export class RatesFetcher implements OnModuleDestroy {
  private readonly logger = new Logger(RatesFetcher.name);
  private readonly stopping = new AbortController();
  private readonly flights = new Map<string, Promise<RateDocument | FetchOutcome>>();
  private readonly oneAtATime = bulkhead(1, MAX_WAITING);
  private readonly json: CbrSource;
  private readonly xml: CbrSource;
  private hasWarnedAboutSnapshot = false;

  constructor(
    private readonly repository: RatesRepository,
    @Inject(RATES_OPTIONS) private readonly options: ResolvedRatesOptions,
  ) {
    this.json = new CbrSource(jsonMirror(options.jsonUrl, options.maxAgeDays), options);
    this.xml = new CbrSource(bankXml(options.xmlUrl, options.maxAgeDays), options);
  }

  /** Cancels the fetches in flight and waits until they have released their connections. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new RatesStoppedError('The process is stopping'));
    await Promise.allSettled(this.flights.values());
  }

  /** Fetches until the day is settled. @throws RatesStoppedError */
  async settle(day: string): Promise<FetchOutcome> {
    const isDone: FetchRequest['isDone'] = async (ctx) =>
      (await this.repository.settledList(ctx, day)) !== null;
    return outcome(await this.join(`settle ${day}`, { day, sources: [this.json, this.xml], isDone }));
  }

  /** Fetches the bank's complete list for a day that is settled only by `Previous`. @throws RatesStoppedError */
  async complete(day: string): Promise<FetchOutcome> {
    const isDone: FetchRequest['isDone'] = async (ctx) => {
      const list = await this.repository.settledList(ctx, day);
      return list !== null && !list.fromPrevious;
    };
    return outcome(await this.join(`complete ${day}`, { day, sources: [this.xml], isDone }));
  }

  /**
   * Fetches even if the rates are known. @returns the fetched and stored document, or why there is none. @throws
   * RatesStoppedError
   */
  async refresh(): Promise<RateDocument | FetchOutcome> {
    const isDone: FetchRequest['isDone'] = async (_ctx, fetched) => fetched !== null;
    return this.join('refresh', { day: 'today', sources: [this.json, this.xml], isDone });
  }

  private join(key: string, request: FetchRequest): Promise<RateDocument | FetchOutcome> {
    const flying = this.flights.get(key);
    if (flying) return flying;
    const flight = this.fetchInTurn(request).finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }

  private async fetchInTurn(request: FetchRequest): Promise<RateDocument | FetchOutcome> {
    this.stopping.signal.throwIfAborted();
    try {
      return await this.oneAtATime.execute(() => this.waitAndFetch(request));
    } catch (error) {
      if (isBulkheadRejectedError(error)) return 'busy';
      throw error;
    }
  }

  // Polls instead of waiting in PostgreSQL, so that a waiter holds no connection and can be stopped.
  private async waitAndFetch(request: FetchRequest): Promise<RateDocument | FetchOutcome> {
    const deadline = Date.now() + this.options.lockWaitMs;
    const idleMs = longestFetchMs(this.options) + 10_000;
    do {
      const turn = await this.repository.withFleetLock(idleMs, (ctx) => this.fetchUnlessDone(ctx, request));
      if (turn) return turn.result;
      await pause(50 + Math.random() * 100, undefined, { signal: this.stopping.signal }).catch(() =>
        this.stopping.signal.throwIfAborted(),
      );
      if (await request.isDone(new TransactionContext(), null)) return 'settled';
    } while (Date.now() < deadline);
    this.logger.warn(`Another process is still fetching rates after ${this.options.lockWaitMs} ms`);
    return 'busy';
  }

  private async fetchUnlessDone(
    ctx: TransactionContext,
    request: FetchRequest,
  ): Promise<RateDocument | FetchOutcome> {
    if (await request.isDone(ctx, null)) return 'settled';
    // Read before the request: the response proves nothing about a day that began during it.
    const now = this.options.now ? this.options.now() : await this.repository.databaseTime(ctx);
    const today = moscowDay(now);
    const day = request.day === 'today' ? today : request.day;
    for (const source of request.sources) {
      // The bank publishes no rates beyond tomorrow; it would return its newest list instead.
      if (source === this.xml && day > addDays(today, 1)) continue;
      const document = await this.ask(source, { day, today });
      if (!document) continue;
      await this.keep(ctx, document);
      this.hasWarnedAboutSnapshot = false;
      if (await request.isDone(ctx, document)) return document;
    }
    this.warnAboutSnapshot();
    return 'failed';
  }

  private async ask(source: CbrSource, query: { day: string; today: string }): Promise<RateDocument | null> {
    try {
      return await source.fetch(query, this.stopping.signal);
    } catch (error) {
      // A stopping process is not an upstream failure: no price may result from it.
      this.stopping.signal.throwIfAborted();
      const expected = error instanceof UpstreamError || isBrokenCircuitError(error);
      if (!expected) throw error;
      const fault = error instanceof UpstreamError ? `${error.fault}: ${error.message}` : error.message;
      const message = `No rates for ${query.day} from ${source.source}: ${fault}`;
      // On a trial run without a network, the one warning of `warnAboutSnapshot` is enough.
      if (this.options.snapshot) this.logger.debug(message);
      else this.logger.warn(message);
      return null;
    }
  }

  private warnAboutSnapshot(): void {
    if (!this.options.snapshot || this.hasWarnedAboutSnapshot) return;
    this.hasWarnedAboutSnapshot = true;
    this.logger.warn(
      `Bank of Russia unavailable: using the snapshot of ${snapshot.effectiveDate} until it responds, unless ` +
        'newer rates are stored. Waybill keeps retrying.',
    );
  }

  private async keep(ctx: TransactionContext, document: RateDocument): Promise<void> {
    const contradictions = await this.repository.store(ctx, document);
    for (const { effectiveDate, currencies } of contradictions) {
      this.logger.error(
        `${document.source} contradicts the stored list of ${effectiveDate}; keeping the stored rates: ${currencies}`,
      );
    }
    const lists = document.lists.map((list) => `${list.effectiveDate} (${list.rates.size})`);
    this.logger.log(`Rates from ${document.source}: ${lists.join(', ')}`);
  }
}

function outcome(came: RateDocument | FetchOutcome): FetchOutcome {
  return typeof came === 'object' ? 'settled' : came;
}
