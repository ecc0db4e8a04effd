import { createHash } from 'node:crypto';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  isBrokenCircuitError,
  retry,
  wrap,
} from 'cockatiel';
import { type Download, download } from './cbr-client';
import type { ListInForce, RateDocument, RateSource } from './rate-list';
import { breakerState, fetches, retries } from './rates.metrics';
import { LONGEST_PAUSE, type ResolvedRatesOptions } from './rates.options';
import { UpstreamError } from './upstream-error';

/** A request for the list in force on `day`, made on `today` (both are Moscow days). */
export interface RateListQuery {
  day: string;
  today: string;
}

/** Format and URL of one upstream. */
export interface SourceFormat {
  source: RateSource;
  url(query: RateListQuery): URL;
  /** @throws UpstreamError for an invalid document. */
  read(download: Download, query: RateListQuery): ListInForce[];
}

/** One upstream, with its retries and its circuit breaker. */
export class CbrSource {
  private readonly breaker;
  private readonly policy;

  constructor(
    private readonly format: SourceFormat,
    private readonly options: ResolvedRatesOptions,
  ) {
    this.breaker = circuitBreaker(handleAll, {
      halfOpenAfter: options.breaker.halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(options.breaker.failures),
    });
    const retryPolicy = retry(
      handleWhen((error) => error instanceof UpstreamError && error.transient),
      {
        maxAttempts: options.retries,
        backoff: new ExponentialBackoff({
          initialDelay: options.retryDelayMs,
          maxDelay: LONGEST_PAUSE * options.retryDelayMs,
        }),
      },
    );
    this.policy = wrap(retryPolicy, this.breaker);
    this.observe(retryPolicy);
  }

  get source(): RateSource {
    return this.format.source;
  }

  /** @throws UpstreamError, or the breaker's error while it is open. */
  async fetch(query: RateListQuery, signal: AbortSignal): Promise<RateDocument> {
    try {
      return await this.policy.execute(() => this.attempt(query, signal), signal);
    } catch (error) {
      if (isBrokenCircuitError(error)) this.count('breaker_open');
      throw error;
    }
  }

  private async attempt(query: RateListQuery, signal: AbortSignal): Promise<RateDocument> {
    try {
      const response = await download(this.format.url(query), { ...this.options, signal });
      const lists = this.format.read(response, query);
      this.count('ok');
      const documentSha256 = createHash('sha256').update(response.bytes).digest('hex');
      return { source: this.source, documentSha256, lists };
    } catch (error) {
      this.count(error instanceof UpstreamError ? error.fault : 'error');
      throw error;
    }
  }

  private count(outcome: string): void {
    fetches.inc({ source: this.source, outcome });
  }

  private observe(retryPolicy: { onRetry(listener: () => void): unknown }): void {
    const { source } = this;
    breakerState.set({ source }, CircuitState.Closed);
    this.breaker.onStateChange((state) => breakerState.set({ source }, state));
    retries.inc({ source }, 0);
    retryPolicy.onRetry(() => retries.inc({ source }));
  }
}
