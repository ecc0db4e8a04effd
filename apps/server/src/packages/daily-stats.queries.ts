import { Injectable } from '@nestjs/common';
import { BadRequestError, type RequestContext } from '@waybill/core';
import { addDays, daysBetween, moscowDay } from '@waybill/currency-rate';
import { type DailyCostRow, DailyCostsRepository } from './daily-costs.repository';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

/** Sums per day and type. */
export interface DailyStats {
  from: string;
  to: string;
  rows: DailyCostRow[];
}

/** Reads statistics of packages. */
@Injectable()
export class DailyStatsQueries {
  constructor(private readonly costs: DailyCostsRepository) {}

  /** Returns the sums of a range of days. @throws BadRequestError for a range that is reversed or too long. */
  async list(ctx: RequestContext, query: { from?: string; to?: string }): Promise<DailyStats> {
    const to = query.to ?? moscowDay(new Date());
    const from = query.from ?? addDays(to, 1 - DEFAULT_DAYS);
    const days = daysBetween(from, to) + 1;
    if (days < 1) throw badFrom('after_to', `from must not be after to, which is ${to}.`);
    if (days > MAX_DAYS)
      throw badFrom(
        'range_too_long',
        `The range from ${from} to ${to} has ${days} days; the maximum is ${MAX_DAYS}.`,
      );
    return { from, to, rows: await this.costs.list(ctx, from, to) };
  }
}

const badFrom = (code: string, detail: string) => new BadRequestError([{ code, detail, parameter: 'from' }]);
