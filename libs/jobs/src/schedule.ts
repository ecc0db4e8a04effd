import { type CronExpression, CronExpressionParser } from 'cron-parser';

/** Schedule of a job. All instants are by PostgreSQL's clock. */
export class Schedule {
  private readonly expression: CronExpression;

  /** @throws Error for an invalid expression or time zone. */
  constructor({ cron, timeZone }: { cron: string; timeZone: string }) {
    this.expression = CronExpressionParser.parse(cron, { tz: timeZone });
  }

  /** Returns the start of the newest slot that began by `now`. */
  slotAt(now: Date): Date {
    // The parser returns times strictly before the given one, and a slot starts at a whole second.
    this.expression.reset(new Date(now.getTime() + 1));
    return this.expression.prev().toDate();
  }

  /** Returns the start of the first slot after `now`. */
  nextAfter(now: Date): Date {
    this.expression.reset(now);
    return this.expression.next().toDate();
  }
}
