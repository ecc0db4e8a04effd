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

/** How many different days may wait for their fetch; one more is told that there is no rate now. */
const MAX_WAITING = 64;

/**
 * How asking ended: `busy` says nothing about the upstream, only that others are still asking.
 */
export type FetchOutcome = 'settled' | 'failed' | 'busy';

/** A request to the upstream. */
interface FetchRequest {
  day: string | 'today';
  sources: CbrSource[];
  /** Whether it is there: by what is stored, or by the document that was just fetched and stored. */
  isDone(ctx: TransactionContext, fetched: RateDocument | null): Promise<boolean>;
}

/** Gets lists from the upstream into PostgreSQL: one fetch at a time over the fleet, one waiting per process. */
@Injectable()
export class RatesFetcher implements OnModuleDestroy {
  private readonly logger = new Logger(RatesFetcher.name);
  private readonly stopping = new AbortController();
  private readonly flights = new Map<string, Promise<RateDocument | FetchOutcome>>();
  private readonly oneAtATime = bulkhead(1, MAX_WAITING);
  private readonly json: CbrSource;
  private readonly xml: CbrSource;
  private toldOfSnapshot = false;

  constructor(
    private readonly repository: RatesRepository,
    @Inject(RATES_OPTIONS) private readonly options: ResolvedRatesOptions,
  ) {
    this.json = new CbrSource(jsonMirror(options.jsonUrl, options.maxAgeDays), options);
    this.xml = new CbrSource(bankXml(options.xmlUrl, options.maxAgeDays), options);
  }

  /** Ends the fetches that are under way, and waits until they have let go of PostgreSQL. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new RatesStoppedError('The process is stopping'));
    await Promise.allSettled(this.flights.values());
  }

  /** Asks until the day is settled. @throws RatesStoppedError */
  async settle(day: string): Promise<FetchOutcome> {
    const isDone: FetchRequest['isDone'] = async (ctx) =>
      (await this.repository.settledList(ctx, day)) !== null;
    return outcome(await this.join(`settle ${day}`, { day, sources: [this.json, this.xml], isDone }));
  }

  /** Asks the bank for the whole list of a day that is settled by `Previous` alone. @throws RatesStoppedError */
  async complete(day: string): Promise<FetchOutcome> {
    const isDone: FetchRequest['isDone'] = async (ctx) => {
      const list = await this.repository.settledList(ctx, day);
      return list !== null && !list.fromPrevious;
    };
    return outcome(await this.join(`complete ${day}`, { day, sources: [this.xml], isDone }));
  }

  /** Asks whatever is known. @returns the document that came, already stored, or why none did. @throws RatesStoppedError */
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

  // Polled rather than waited for in PostgreSQL: a waiter holds no connection, and can be stopped.
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
    // Read before asking: an answer proves nothing about a day that began while it was under way.
    const now = this.options.now ? this.options.now() : await this.repository.databaseTime(ctx);
    const today = moscowDay(now);
    const day = request.day === 'today' ? today : request.day;
    for (const source of request.sources) {
      // Further ahead than tomorrow the bank has nothing, and would answer with what it has.
      if (source === this.xml && day > addDays(today, 1)) continue;
      const document = await this.ask(source, { day, today });
      if (!document) continue;
      await this.keep(ctx, document);
      this.toldOfSnapshot = false;
      if (await request.isDone(ctx, document)) return document;
    }
    this.tellOfSnapshot();
    return 'failed';
  }

  private async ask(
    source: CbrSource,
    question: { day: string; today: string },
  ): Promise<RateDocument | null> {
    try {
      return await source.fetch(question, this.stopping.signal);
    } catch (error) {
      // Being stopped is not the upstream's failure: nothing may be priced because of it.
      this.stopping.signal.throwIfAborted();
      const expected = error instanceof UpstreamError || isBrokenCircuitError(error);
      if (!expected) throw error;
      const fault = error instanceof UpstreamError ? `${error.fault}: ${error.message}` : error.message;
      const told = `No rates for ${question.day} from ${source.source}: ${fault}`;
      // Who tries Waybill out without a network is told once what that means, and not at each attempt.
      if (this.options.snapshot) this.logger.debug(told);
      else this.logger.warn(told);
      return null;
    }
  }

  private tellOfSnapshot(): void {
    if (!this.options.snapshot || this.toldOfSnapshot) return;
    this.toldOfSnapshot = true;
    this.logger.warn(
      `The Bank of Russia does not answer: the snapshot of ${snapshot.effectiveDate} is used until it does, unless ` +
        'newer rates are stored. Waybill keeps asking.',
    );
  }

  private async keep(ctx: TransactionContext, document: RateDocument): Promise<void> {
    const contradictions = await this.repository.store(ctx, document);
    for (const { effectiveDate, currencies } of contradictions) {
      this.logger.error(
        `${document.source} contradicts the stored list of ${effectiveDate}, which stays: ${currencies}`,
      );
    }
    const lists = document.lists.map((list) => `${list.effectiveDate} (${list.rates.size})`);
    this.logger.log(`Rates from ${document.source}: ${lists.join(', ')}`);
  }
}

function outcome(came: RateDocument | FetchOutcome): FetchOutcome {
  return typeof came === 'object' ? 'settled' : came;
}
