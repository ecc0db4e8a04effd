import { type CronExpression, CronExpressionParser } from 'cron-parser';
import type { JobDefinition } from './job';

/** When a job runs. Times go in and come out as instants of one clock: PostgreSQL's. */
export class Schedule {
  private readonly expression: CronExpression;

  /** @throws Error for an expression or a time zone that can't be read. */
  constructor({ cron, timeZone }: Pick<JobDefinition, 'cron' | 'timeZone'>) {
    this.expression = CronExpressionParser.parse(cron, { tz: timeZone });
  }

  /** The newest slot that has begun by `now`. */
  slotAt(now: Date): Date {
    // The parser looks strictly before a time, and a slot begins at a whole second.
    this.expression.reset(new Date(now.getTime() + 1));
    return this.expression.prev().toDate();
  }

  /** The first slot that begins after `now`. */
  nextAfter(now: Date): Date {
    this.expression.reset(now);
    return this.expression.next().toDate();
  }
}
