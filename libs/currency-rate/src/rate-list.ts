/** Where a list came from. */
export type RateSource = 'cbr-json' | 'cbr-xml' | 'snapshot';

/** Roubles for `nominal` units of a currency; `value` is the decimal as it was published. */
export interface Rate {
  value: string;
  nominal: number;
}

/** What the Bank of Russia quotes from one effective date on. */
export interface RateList {
  /** `YYYY-MM-DD` */
  effectiveDate: string;
  rates: ReadonlyMap<string, Rate>;
}

/** A list and the days that its document proves it to be in force on, both ends included. */
export interface ListInForce extends RateList {
  /** Taken from the mirror's `Previous`, which leaves out what is no longer quoted. */
  fromPrevious: boolean;
  through: string;
}

/** A document that was received, read and found sound. */
export interface RateDocument {
  source: RateSource;
  /** Of the bytes as they were received, without their transfer encoding; hexadecimal. */
  documentSha256: string;
  /** Newest first. */
  lists: ListInForce[];
}

/** A list as it is stored. */
export interface StoredList {
  effectiveDate: string;
  source: RateSource;
  documentSha256: string;
  fromPrevious: boolean;
  rates: Record<string, Rate>;
}
