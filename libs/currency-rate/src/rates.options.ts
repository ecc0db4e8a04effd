/** Injection token of `RatesOptions`. */
export const RATES_OPTIONS = Symbol('RATES_OPTIONS');

/** Options of the rate fetcher. Optional ones have defaults. */
export interface RatesOptions {
  /** URL of the JSON mirror. Comes only from the configuration, never from a request or a response. */
  jsonUrl: string;
  /** URL of the bank's XML; `date_req` is appended. */
  xmlUrl: string;
  /** Timeout of one request, including its body. */
  timeoutMs: number;
  /** Maximum age of a list that prices a day when the fetch fails. */
  maxAgeDays: number;
  /** Whether the shipped list may be used when no other list is stored. Never in production. */
  snapshot: boolean;
  /** Retries after a transient failure. */
  retries?: number;
  /** Initial delay between attempts; grows exponentially, with jitter. */
  retryDelayMs?: number;
  /** Consecutive failures that open the circuit breaker, and the time until it is half open. */
  breaker?: { failures: number; halfOpenAfterMs: number };
  /** Timeout for a fetch by another process. */
  lockWaitMs?: number;
  /** Size limit of a document, after decompression. */
  maxBytes?: number;
  /** Clock that decides the current day. Defaults to PostgreSQL's, which the whole fleet shares; tests override it. */
  now?: () => Date;
}

export type ResolvedRatesOptions = Required<Omit<RatesOptions, 'now'>> & Pick<RatesOptions, 'now'>;

export function withDefaults(options: RatesOptions): ResolvedRatesOptions {
  const tuned = {
    retries: 2,
    retryDelayMs: 200,
    breaker: { failures: 5, halfOpenAfterMs: 30_000 },
    maxBytes: 1_048_576,
    ...options,
  };
  return { lockWaitMs: longestFetchMs(tuned), ...tuned };
}

/** Longest delay between two attempts, as a multiple of the initial delay. */
export const LONGEST_PAUSE = 10;

/** Returns the worst-case duration of a fetch from both sources, including retries and delays. */
export function longestFetchMs(
  options: Pick<ResolvedRatesOptions, 'retries' | 'retryDelayMs' | 'timeoutMs'>,
): number {
  const pauses = options.retries * LONGEST_PAUSE * options.retryDelayMs;
  return 2 * ((options.retries + 1) * options.timeoutMs + pauses);
}
