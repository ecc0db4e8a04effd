import { Injectable } from '@nestjs/common';
import { type JobResult, ScheduledJob } from '@waybill/jobs';
import { TicketsAutoClose } from './tickets.auto-close';

/** Scheduled jobs of tickets. */
@Injectable()
export class TicketsScheduledJobs {
  constructor(private readonly autoClose: TicketsAutoClose) {}

  @ScheduledJob({
    name: 'close-answered-tickets',
    description: 'Close tickets that have had the status `answered` for TICKETS_AUTO_CLOSE_DAYS.',
    cron: '*/15 * * * *',
    timeoutSeconds: 300,
  })
  async closeAnswered(signal: AbortSignal): Promise<JobResult> {
    return { closed: await this.autoClose.close(signal) };
  }
}
