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
      'Rebuild orders received between `from` and `to` from their stored messages, and restore those that differ. With `dry_run`, only report the differences.',
    cron: null,
    timeoutSeconds: 3_600,
    parameters: ['from', 'to', 'dry_run'],
  })
  replay(signal: AbortSignal, parameters: JobParameters): Promise<JobResult> {
    return this.orders.replay(signal, parameters);
  }
}
