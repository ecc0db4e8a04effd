/** Every source was asked, and none gave rates that can be trusted. What was known stays. */
export class RatesUnavailableError extends Error {
  static readonly code = 'rates_unavailable';
}

/** The process stops while it asks: that says nothing about the rates. */
export class RatesStoppedError extends Error {}
