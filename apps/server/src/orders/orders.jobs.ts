import { Injectable } from '@nestjs/common';
import { type JobParameters, type JobResult, ScheduledJob } from '@waybill/jobs';
import { OrdersReplay } from './replay/orders-replay.service';

/** Jobs of orders. */
@Injectable()
export class OrdersScheduledJobs {
  constructor(private readonly orders: OrdersReplay) {}

  @ScheduledJob({
    name: 'replay-orders',
    description:
      'Rebuild the orders that came between `from` and `to` from the inbox, and restore those that differ. With `dry_run`, only report.',
    cron: null,
    timeoutSeconds: 3_600,
    parameters: ['from', 'to', 'dry_run'],
  })
  replay(signal: AbortSignal, parameters: JobParameters): Promise<JobResult> {
    return this.orders.replay(signal, parameters);
  }
}
