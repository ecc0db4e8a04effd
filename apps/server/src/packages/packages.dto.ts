import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsObject, ValidateNested } from 'class-validator';
import {
  FromDigits,
  IsCurrencyCode,
  IsDecimalString,
  IsIntegerId,
  IsText,
  IsWholeNumber,
  ListQuery,
  Nullable,
  Optional,
} from '@waybill/http';
import type { PackageRow } from './packages.repository';
import { COST_PATTERN } from './pricing';
import type { RegistrationStatus } from './registrations.repository';

/** An amount of money: a decimal string and its currency. */
export class MoneyDto {
  /**
   * At least 0, below 10^12, at most 2 decimals.
   * @example "10.99"
   */
  @IsDecimalString(12, 2)
  amount!: string;

  /**
   * ISO 4217.
   * @example "USD"
   */
  @IsCurrencyCode()
  currency!: string;
}

/** An amount of roubles that was computed; it may be larger than an amount that is sent. */
export class RoublesDto {
  /**
   * At least 0, below 10^17, with 2 decimals.
   * @example "72.24"
   */
  @ApiProperty({ pattern: COST_PATTERN })
  amount!: string;

  /** @example "RUB" */
  currency!: 'RUB';
}

/** What a package is registered with. */
export class RegisterPackageDto {
  /**
   * What the sender calls it.
   * @example "Winter boots"
   */
  @IsText(1, 512)
  name!: string;

  /**
   * In kilograms: above 0, below 10^5, at most 3 decimals.
   * @example "1.5"
   */
  @IsDecimalString(5, 3, { positive: true })
  weight_kg!: string;

  /** What the content is worth, in a currency that the Bank of Russia quotes, or in roubles. */
  @IsObject()
  @ValidateNested()
  @Type(() => MoneyDto)
  content_value!: MoneyDto;

  /**
   * One of GET /types.
   * @example 1
   */
  @IsIntegerId()
  type_id!: number;

  /**
   * The order that the package belongs to, as the sender claims it.
   * @example "b563feb7b2b84b6test"
   */
  @Optional()
  @Nullable()
  @IsText(1, 128)
  order_uid?: string | null;
}

/** Why a registration failed. */
export class RegistrationProblemDto {
  /** @example "registration_failed" */
  code!: string;

  /** @example "The package could not be registered after 5 attempts." */
  detail!: string;
}

/** An accepted request to register a package. */
export class RegistrationDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `pending` until a worker has made the package; `failed` means that its attempts are exhausted.
   * @example "succeeded"
   */
  state!: 'pending' | 'succeeded' | 'failed';

  /**
   * The package, once there is one.
   * @example 1
   */
  package_id!: number | null;

  /** Why it failed; null unless it did. */
  problem!: RegistrationProblemDto | null;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /** @example "2026-11-21T09:00:00.120Z" */
  finished_at!: Date | null;
}

/** The type of a package, by its present name. */
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

  /** @example "1.500" */
  weight_kg!: string;

  content_value!: MoneyDto;

  type!: PackageTypeRefDto;

  /** @example "b563feb7b2b84b6test" */
  order_uid!: string | null;

  /**
   * The delivery cost in roubles; null until there is a rate.
   * @example { "amount": "72.24", "currency": "RUB" }
   */
  cost!: RoublesDto | null;

  /**
   * When its registration was accepted.
   * @example "2026-11-21T09:00:00.000Z"
   */
  created_at!: Date;
}

/** A page of packages, newest first. */
export class PackagePage {
  items!: PackageDto[];

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}

/** What packages are listed by. */
export class ListPackagesQuery extends ListQuery {
  /** Only packages of this type. */
  @Optional()
  @FromDigits()
  @IsWholeNumber(1, 999_999_999)
  type_id?: number;

  /** Only packages that have a cost, or only those that have none yet. */
  @Optional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)))
  @IsBoolean({ message: '$property must be true or false' })
  has_cost?: boolean;
}

/** PostgreSQL's numeric columns give decimals with the scale that the API promises. */
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
  };
}
