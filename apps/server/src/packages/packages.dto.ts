import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, ValidateNested } from 'class-validator';
import {
  FromDigits,
  FromTrueOrFalse,
  IsDecimalString,
  IsIntegerId,
  IsText,
  IsWholeNumber,
  ListQuery,
  MoneyDto,
  Nullable,
  Optional,
} from '@waybill/http';
import type { PackageRow } from './packages.repository';
import { type PackageStatus, packageStatuses } from './package.entity';
import { COST_PATTERN } from './pricing';
import type { RegistrationStatus } from './registrations.repository';

/** A computed amount in roubles. It can be larger than the amounts that requests accept. */
export class RoublesDto {
  /**
   * Decimal string of at least 0 and below 10^17, with 2 decimals.
   * @example "72.24"
   */
  @ApiProperty({ pattern: COST_PATTERN })
  amount!: string;

  /** @example "RUB" */
  currency!: 'RUB';
}

/** A package to register. */
export class RegisterPackageDto {
  /**
   * Name of the contents.
   * @example "Winter boots"
   */
  @IsText(1, 512)
  name!: string;

  /**
   * Weight in kilograms. Decimal string above 0 and below 10^5, with at most 3 decimals.
   * @example "1.5"
   */
  @IsDecimalString(5, 3, { positive: true })
  weight_kg!: string;

  /** Value of the contents, in roubles or a currency that the Bank of Russia quotes. */
  @IsObject()
  @ValidateNested()
  @Type(() => MoneyDto)
  content_value!: MoneyDto;

  /**
   * ID of the package type; see `GET /api/v1/types`.
   * @example 1
   */
  @IsIntegerId()
  type_id!: number;

  /**
   * UID of the order that the package belongs to. It is stored without checking that the order exists.
   * @example "b563feb7b2b84b6test"
   */
  @Optional()
  @Nullable()
  @IsText(1, 128)
  order_uid?: string | null;
}

/** The reason why a registration failed. */
export class RegistrationProblemDto {
  /** @example "registration_failed" */
  code!: string;

  /** @example "The package could not be registered after 5 attempts." */
  detail!: string;
}

/** A request to register a package. */
export class RegistrationDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `pending`: waiting for a worker. `succeeded`: the package exists. `failed`: all attempts failed.
   * @example "succeeded"
   */
  state!: 'pending' | 'succeeded' | 'failed';

  /**
   * ID of the package. Null unless the state is `succeeded`.
   * @example 1
   */
  package_id!: number | null;

  /** The reason for the failure. Null unless the state is `failed`. */
  problem!: RegistrationProblemDto | null;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Time at which the registration finished. Null while the state is `pending`.
   * @example "2026-11-21T09:00:00.120Z"
   */
  finished_at!: Date | null;
}

/** The type of a package. */
export class PackageTypeRefDto {
  /** @example 1 */
  id!: number;

  /** @example "clothes" */
  name!: string;
}

/** A registered package. */
export class PackageDto {
  /** @example 1 */
  id!: number;

  /** @example "Winter boots" */
  name!: string;

  /**
   * Weight in kilograms, with 3 decimals.
   * @example "1.500"
   */
  weight_kg!: string;

  content_value!: MoneyDto;

  type!: PackageTypeRefDto;

  /**
   * UID of the order, as sent at registration. The order may not exist. To look it up, call `GET /api/v1/orders/{order_uid}`.
   * @example "b563feb7b2b84b6test"
   */
  order_uid!: string | null;

  /**
   * Delivery cost in roubles. Null if there is none yet; `GET /api/v1/packages/{id}/cost` returns the reason.
   * @example { "amount": "72.24", "currency": "RUB" }
   */
  cost!: RoublesDto | null;

  /**
   * Time at which the registration was accepted.
   * @example "2026-11-21T09:00:00.000Z"
   */
  created_at!: Date;

  /**
   * `registered`: the package can be claimed or cancelled. `claimed` and `cancelled` are final.
   * @example "registered"
   */
  @ApiProperty({ enum: packageStatuses, enumName: 'PackageStatus' })
  status!: PackageStatus;

  /**
   * ID of the carrier that claimed the package. Null unless the status is `claimed`.
   * @example null
   */
  carrier_id!: number | null;

  /**
   * Time of the claim. Null unless the status is `claimed`.
   * @example null
   */
  claimed_at!: Date | null;

  /**
   * Time of the cancellation. Null unless the status is `cancelled`.
   * @example null
   */
  cancelled_at!: Date | null;
}

/** A carrier's claim of a package. */
export class ClaimPackageDto {
  /**
   * ID of the carrier. You choose the IDs of carriers. Waybill does not check them.
   * @example 7
   */
  @IsIntegerId()
  carrier_id!: number;
}

/** A page of packages, newest first. */
export class PackagePage {
  items!: PackageDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** Filters for a list of packages. */
export class ListPackagesQuery extends ListQuery {
  /** Return only packages of this type. */
  @Optional()
  @FromDigits()
  @IsWholeNumber(1, 999_999_999)
  type_id?: number;

  /** `true`: return only packages with a cost. `false`: return only packages without one. */
  @Optional()
  @FromTrueOrFalse()
  has_cost?: boolean;

  /** Return only packages with this status. */
  @ApiProperty({ enum: packageStatuses, enumName: 'PackageStatus' })
  @Optional()
  @IsIn(packageStatuses)
  status?: PackageStatus;
}

/** PostgreSQL returns numeric columns with the scale that the API documents. */
export const roubles = (amount: string | null): RoublesDto | null =>
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
    status: row.status,
    carrier_id: row.carrierId,
    claimed_at: row.claimedAt,
    cancelled_at: row.cancelledAt,
  };
}
