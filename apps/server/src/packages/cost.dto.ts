import { ApiProperty } from '@nestjs/swagger';
import { MoneyDto, roubles, RoublesDto } from './packages.dto';
import type { PackageCost } from './packages.queries';
import { FORMULA, FORMULA_VERSION } from './pricing';

/** What a cost is computed from. */
export class CostInputsDto {
  /** @example "1.500" */
  weight_kg!: string;

  content_value!: MoneyDto;

  /**
   * The day whose rates count: the one (Europe/Moscow) on which the registration was accepted.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  day!: string;
}

/** An official rate of the Bank of Russia, as it was used. */
export class UsedRateDto {
  /** @example "USD" */
  currency!: string;

  /**
   * Roubles for `nominal` units.
   * @example "84.004"
   */
  value!: string;

  /** @example 1 */
  nominal!: number;

  /**
   * From which day the rate is in force.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  effective_date!: string;

  /** Where the list came from; `snapshot` is the one that is shipped for trying Waybill out. */
  source!: 'cbr-json' | 'cbr-xml' | 'snapshot';

  /**
   * SHA-256 of the document that it was read from.
   * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  document_sha256!: string;

  /**
   * The bank could not be asked about the day: this is the newest rate that was known.
   * @example false
   */
  carried_over!: boolean;
}

/** How the exact result becomes money. */
export class RoundingDto {
  mode!: 'half_up';

  /** @example 2 */
  decimals!: number;
}

/** The delivery cost of a package, and all that it takes to compute it again. */
export class CostDto {
  /** @example 1 */
  package_id!: number;

  /**
   * In roubles; null where there is none.
   * @example { "amount": "72.24", "currency": "RUB" }
   */
  cost!: RoublesDto | null;

  /** Why there is no cost; null where there is one. */
  reason!: 'rate_unavailable' | 'currency_not_quoted' | null;

  inputs!: CostInputsDto;

  /** @example "cost = 0.5 * weight_kg * R(USD) + 0.01 * content_value.amount * R(content_value.currency)" */
  formula!: string;

  /** @example 1 */
  formula_version!: number;

  /** The rates that were used; empty where there is no cost. */
  rates!: UsedRateDto[];

  /**
   * The exact result in roubles.
   * @example "72.2350396"
   */
  unrounded!: string | null;

  rounding!: RoundingDto;
}

export function toCostDto(row: PackageCost): CostDto {
  return {
    package_id: row.id,
    cost: roubles(row.deliveryCost),
    reason: row.unpricedReason,
    inputs: {
      weight_kg: row.weightKg,
      content_value: { amount: row.contentAmount, currency: row.contentCurrency },
      day: row.day,
    },
    formula: FORMULA,
    formula_version: row.pricing?.formulaVersion ?? FORMULA_VERSION,
    rates: (row.pricing?.rates ?? []).map((rate) => ({
      currency: rate.currency,
      value: rate.value,
      nominal: rate.nominal,
      effective_date: rate.effectiveDate,
      source: rate.source,
      document_sha256: rate.documentSha256,
      carried_over: rate.carriedOver,
    })),
    unrounded: row.pricing?.unrounded ?? null,
    rounding: { mode: 'half_up', decimals: 2 },
  };
}
