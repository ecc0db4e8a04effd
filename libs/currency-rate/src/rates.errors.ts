/** No source returned valid rates. Stored rates are unchanged. */
export class RatesUnavailableError extends Error {
  static readonly code = 'rates_unavailable';
}

/** The process stopped during a fetch. This says nothing about the rates. */
export class RatesStoppedError extends Error {}
