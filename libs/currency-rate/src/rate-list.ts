/** Origin of a list. */
export type RateSource = 'cbr-json' | 'cbr-xml' | 'snapshot';

/** Roubles for `nominal` units of a currency; `value` is the published decimal. */
export interface Rate {
  value: string;
  nominal: number;
}

/** The Bank of Russia's rates from one effective date on. */
export interface RateList {
  /** `YYYY-MM-DD` */
  effectiveDate: string;
  rates: ReadonlyMap<string, Rate>;
}

/** A list, and the days on which its document proves it in force, both inclusive. */
export interface ListInForce extends RateList {
  /** Read from the mirror's `Previous`, which omits currencies that are no longer quoted. */
  fromPrevious: boolean;
  through: string;
}

/** A parsed and validated document. */
export interface RateDocument {
  source: RateSource;
  /** SHA-256 of the body without its transfer encoding; hexadecimal. */
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
