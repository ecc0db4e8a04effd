import { ApiProperty } from '@nestjs/swagger';
import type { KnownList } from '@waybill/currency-rate';

/** A list of exchange rates of the Bank of Russia. */
export class RateListDto {
  /**
   * First day on which the rates apply.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  effective_date!: string;

  /** Source of the list. `snapshot`: rates of a past day, included in Waybill so that it works without a network. */
  source!: 'cbr-json' | 'cbr-xml' | 'snapshot';

  /**
   * SHA-256 digest of the source document, in hexadecimal.
   * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  document_sha256!: string;

  /**
   * Time at which the list was received.
   * @example "2026-11-20T13:00:02.117Z"
   */
  received_at!: Date;

  /**
   * Number of currencies in the list.
   * @example 43
   */
  currencies!: number;
}

/** A page of rate lists, newest effective date first. */
export class RateListPage {
  items!: RateListDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export function toRateListDto(list: KnownList): RateListDto {
  return {
    effective_date: list.effectiveDate,
    source: list.source,
    document_sha256: list.documentSha256,
    received_at: list.receivedAt,
    currencies: list.currencies,
  };
}
