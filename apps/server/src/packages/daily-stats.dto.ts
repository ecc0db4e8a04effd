import { ApiProperty } from '@nestjs/swagger';
import { IsDay, Optional } from '@waybill/http';
import type { DailyCostRow } from './daily-costs.repository';
import type { DailyStats } from './daily-stats.queries';
import { PackageTypeRefDto } from './packages.dto';

/** A range of days (Europe/Moscow). At most 366 days. */
export class DailyStatsQuery {
  /** First day (Europe/Moscow). Default: 29 days before `to`. A range has at most 366 days. */
  @Optional()
  @IsDay()
  from?: string;

  /** Last day (Europe/Moscow), inclusive. Default: today. */
  @Optional()
  @IsDay()
  to?: string;
}

/** A sum in roubles. */
export class RoublesSumDto {
  /**
   * Decimal string of at least 0, with 2 decimals.
   * @example "144.48"
   */
  @ApiProperty({ pattern: String.raw`^(?:0|[1-9]\d*)\.\d{2}$` })
  amount!: string;

  /** @example "RUB" */
  currency!: 'RUB';
}

/** The packages of one type that were registered on one day, without those that were cancelled. */
export class DailyStatsRowDto {
  /**
   * Day (Europe/Moscow) on which the registrations were accepted.
   * @example "2026-11-21"
   */
  @ApiProperty({ format: 'date' })
  day!: string;

  type!: PackageTypeRefDto;

  /**
   * Number of packages, with and without a cost.
   * @example 3
   */
  packages!: number;

  /**
   * Number of packages with a cost.
   * @example 2
   */
  priced!: number;

  /** Sum of the current costs of the priced packages. */
  cost!: RoublesSumDto;
}

/** Daily statistics. */
export class DailyStatsDto {
  /** @example "2026-11-01" */
  @ApiProperty({ format: 'date' })
  from!: string;

  /** @example "2026-11-30" */
  @ApiProperty({ format: 'date' })
  to!: string;

  /** One row for each day and type that has packages. Sorted by day, newest first, then by type. */
  items!: DailyStatsRowDto[];
}

export const toDailyStatsDto = ({ from, to, rows }: DailyStats): DailyStatsDto => ({
  from,
  to,
  items: rows.map(toRowDto),
});

const toRowDto = (row: DailyCostRow): DailyStatsRowDto => ({
  day: row.day,
  type: { id: row.typeId, name: row.typeName },
  packages: row.packages,
  priced: row.priced,
  cost: { amount: row.cost, currency: 'RUB' },
});
