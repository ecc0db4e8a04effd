import { ApiProperty } from '@nestjs/swagger';
import type { KnownList } from '@waybill/currency-rate';

/** A list of the Bank of Russia's rates that is known. */
export class RateListDto {
  /**
   * From which day the list is in force.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  effective_date!: string;

  /** Where it came from; `snapshot` is the one that is shipped for trying Waybill out. */
  source!: 'cbr-json' | 'cbr-xml' | 'snapshot';

  /**
   * SHA-256 of the document that it was read from.
   * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  document_sha256!: string;

  /** @example "2026-11-20T13:00:02.117Z" */
  received_at!: Date;

  /**
   * How many currencies it has.
   * @example 43
   */
  currencies!: number;
}

/** A page of rate lists, newest effective date first. */
export class RateListPage {
  items!: RateListDto[];

  /** The cursor of the next page; null on the last one. */
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
