/** The injection token of `RatesOptions`. */
export const RATES_OPTIONS = Symbol('RATES_OPTIONS');

/** How rates are got. What is left out has a default. */
export interface RatesOptions {
  /** The JSON mirror; a URL never comes from a request or from a reply. */
  jsonUrl: string;
  /** The bank's own XML; `date_req` is added. */
  xmlUrl: string;
  /** How long one request may take, its body included. */
  timeoutMs: number;
  /** How much older than a day a list may be that prices it when asking fails. */
  maxAgeDays: number;
  /** Whether the list shipped with the project may stand in when nothing is known. Never in production. */
  snapshot: boolean;
  /** Further attempts after a first one that failed in passing. */
  retries?: number;
  /** The first pause between attempts; it grows, with jitter. */
  retryDelayMs?: number;
  /** After so many failures in a row a source is left alone for so long. */
  breaker?: { failures: number; halfOpenAfterMs: number };
  /** How long to wait for a fetch that another process is making. */
  lockWaitMs?: number;
  /** The most that is read of a document, decompressed. */
  maxBytes?: number;
  /** The clock that says which day it is; PostgreSQL's, which the whole fleet shares, unless a test gives its own. */
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

/** The longest pause between two attempts, in first pauses. */
export const LONGEST_PAUSE = 10;

/** How long asking both sources takes at worst, with every retry and pause. */
export function longestFetchMs(
  options: Pick<ResolvedRatesOptions, 'retries' | 'retryDelayMs' | 'timeoutMs'>,
): number {
  const pauses = options.retries * LONGEST_PAUSE * options.retryDelayMs;
  return 2 * ((options.retries + 1) * options.timeoutMs + pauses);
}
