import { Injectable, type OnModuleInit } from '@nestjs/common';
import { registerScrapedGauge } from '@waybill/observability';
import { JobDispatcher } from './job-dispatcher';

/** Registers `waybill_queue_jobs`: the depth of each queue. */
@Injectable()
export class QueueMetrics implements OnModuleInit {
  constructor(private readonly dispatcher: JobDispatcher) {}

  onModuleInit(): void {
    registerScrapedGauge(
      {
        name: 'waybill_queue_jobs',
        help: 'Jobs in a queue, by state.',
        labelNames: ['queue', 'state'],
      },
      async () => {
        const counts = await this.dispatcher.countJobs();
        return counts.map(({ queue, state, count }) => ({ labels: { queue, state }, value: count }));
      },
    );
  }
}
