import type { CostDto } from './cost.dto';
import type { PackageDto, RegistrationDto, RoublesDto } from './packages.dto';
import type { PackageCost } from './packages.queries';
import type { PackageRow } from './packages.repository';
import { FORMULA, FORMULA_VERSION } from './pricing';
import type { RegistrationStatus } from './registrations.repository';

// Maps rows to API objects. PostgreSQL's numeric columns return decimals with the documented scale.

const roubles = (amount: string | null): RoublesDto | null =>
  amount === null ? null : { amount, currency: 'RUB' };

export function toRegistrationDto(row: RegistrationStatus): RegistrationDto {
  return {
    id: row.id,
    state: row.state,
    package_id: row.packageId,
    problem: row.problem,
    created_at: row.createdAt,
    finished_at: row.finishedAt,
  };
}

export function toPackageDto(row: PackageRow): PackageDto {
  return {
    id: row.id,
    name: row.name,
    weight_kg: row.weightKg,
    content_value: { amount: row.contentAmount, currency: row.contentCurrency },
    type: { id: row.typeId, name: row.typeName },
    order_uid: row.orderUid,
    cost: roubles(row.deliveryCost),
    created_at: row.createdAt,
  };
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
