import { ApiProperty } from '@nestjs/swagger';
import { MoneyDto } from '@waybill/http';
import type { ActorNames } from '../sessions';
import { PackageActorDto, toPackageActorDto } from './package-events.dto';
import type { CostRevisionRow } from './package-events.repository';
import type { NamedPage } from './package-history.queries';
import { roubles, RoublesDto } from './packages.dto';
import type { PackageCost } from './packages.queries';
import { FORMULA, FORMULA_VERSION, type Pricing } from './pricing';

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
   * Number of currency units that cost `value` roubles.
   * @example 1
   */
  nominal!: number;

  /**
   * First day on which the rate applies.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  effective_date!: string;

  /** Source of the rate. `snapshot`: rates of a past day, included in Waybill so that it works without a network. */
  source!: 'cbr-json' | 'cbr-xml' | 'snapshot';

  /**
   * SHA-256 digest of the source document, in hexadecimal.
   * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  document_sha256!: string;

  /**
   * `true` if the Bank of Russia could not be reached and the newest stored rate was used.
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
   * Revision of the cost: 1 for the first cost, plus 1 for each repricing. Null if there is no cost.
   * @example 1
   */
  revision!: number | null;

  /**
   * Time at which the cost was computed. Null if there is no cost.
   * @example "2026-11-21T09:00:00.120Z"
   */
  priced_at!: Date | null;

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
    revision: row.revision,
    priced_at: row.at,
    cost: roubles(row.deliveryCost),
    reason: row.unpricedReason,
    inputs: {
      weight_kg: row.weightKg,
      content_value: { amount: row.contentAmount, currency: row.contentCurrency },
      day: row.day,
    },
    formula: FORMULA,
    formula_version: row.pricing?.formulaVersion ?? FORMULA_VERSION,
    rates: toUsedRates(row.pricing),
    unrounded: row.pricing?.unrounded ?? null,
    rounding: { mode: 'half_up', decimals: 2 },
  };
}

const toUsedRates = (pricing: Pricing | null): UsedRateDto[] =>
  (pricing?.rates ?? []).map((rate) => ({
    currency: rate.currency,
    value: rate.value,
    nominal: rate.nominal,
    effective_date: rate.effectiveDate,
    source: rate.source,
    document_sha256: rate.documentSha256,
    carried_over: rate.carriedOver,
  }));

/** A cost that a package has or had. The inputs and the formula are in `GET /api/v1/packages/{id}/cost`; they never change. */
export class CostRevisionDto {
  /**
   * 1 for the first cost, plus 1 for each repricing.
   * @example 1
   */
  revision!: number;

  /** Delivery cost in roubles. */
  cost!: RoublesDto;

  /**
   * Time at which the cost was computed.
   * @example "2026-11-21T09:00:00.120Z"
   */
  priced_at!: Date;

  /** Who requested the repricing. If a job computed the cost, `kind` is `system`. */
  actor!: PackageActorDto | null;

  /** @example 1 */
  formula_version!: number;

  /** The exchange rates. */
  rates!: UsedRateDto[];

  /**
   * Result in roubles before rounding.
   * @example "72.2350396"
   */
  unrounded!: string;
}

/** A page of the costs of a package, newest first. */
export class CostRevisionPage {
  items!: CostRevisionDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export const toCostRevisionPage = ({
  items,
  next_cursor,
  names,
}: NamedPage<CostRevisionRow>): CostRevisionPage => ({
  items: items.map((row) => toCostRevisionDto(row, names)),
  next_cursor,
});

// The query returns only events that set a cost.
function toCostRevisionDto(row: CostRevisionRow, names: ActorNames): CostRevisionDto {
  const pricing = row.pricing as Pricing;
  return {
    revision: row.revision as number,
    cost: roubles(row.cost) as RoublesDto,
    priced_at: row.at,
    actor: toPackageActorDto(row.actor, names),
    formula_version: pricing.formulaVersion,
    rates: toUsedRates(pricing),
    unrounded: pricing.unrounded,
  };
}
