import { ApiProperty } from '@nestjs/swagger';
import { MoneyDto } from '@waybill/http';
import { roubles, RoublesDto } from './packages.dto';
import type { PackageCost } from './packages.queries';
import { FORMULA, FORMULA_VERSION } from './pricing';

/** The inputs of a cost. */
export class CostInputsDto {
  /**
   * Weight in kilograms.
   * @example "1.500"
   */
  weight_kg!: string;

  content_value!: MoneyDto;

  /**
   * Day (Europe/Moscow) on which the registration was accepted. The rates of this day apply.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  day!: string;
}

/** An exchange rate of the Bank of Russia that the cost uses. */
export class UsedRateDto {
  /** @example "USD" */
  currency!: string;

  /**
   * Roubles per `nominal` units of the currency.
   * @example "84.004"
   */
  value!: string;

  /**
   * Number of units that `value` is the price of.
   * @example 1
   */
  nominal!: number;

  /**
   * First day on which the rate applies.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  effective_date!: string;

  /** Source of the rate. `snapshot` is a dated sample for trying out Waybill without a network. */
  source!: 'cbr-json' | 'cbr-xml' | 'snapshot';

  /**
   * SHA-256 digest of the source document, in hexadecimal.
   * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  document_sha256!: string;

  /**
   * `true` if the bank could not be reached and the newest known rate was used.
   * @example false
   */
  carried_over!: boolean;
}

/** How the unrounded result is rounded. */
export class RoundingDto {
  mode!: 'half_up';

  /** @example 2 */
  decimals!: number;
}

/** The delivery cost of a package, with everything needed to compute it. */
export class CostDto {
  /** @example 1 */
  package_id!: number;

  /**
   * Delivery cost in roubles. Null if there is none; see `reason`.
   * @example { "amount": "72.24", "currency": "RUB" }
   */
  cost!: RoublesDto | null;

  /** Reason for a missing cost. Null if there is a cost. */
  reason!: 'rate_unavailable' | 'currency_not_quoted' | null;

  inputs!: CostInputsDto;

  /**
   * The formula. `R(x)` is the number of roubles per unit of the currency `x`.
   * @example "cost = 0.5 * weight_kg * R(USD) + 0.01 * content_value.amount * R(content_value.currency)"
   */
  formula!: string;

  /** @example 1 */
  formula_version!: number;

  /** The exchange rates. Empty if there is no cost. */
  rates!: UsedRateDto[];

  /**
   * Result in roubles before rounding. Null if there is no cost.
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
