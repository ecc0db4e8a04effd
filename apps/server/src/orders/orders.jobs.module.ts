import { Module } from '@nestjs/common';
import { OrdersConsumer } from './orders.consumer';
import { OrdersScheduledJobs } from './orders.jobs';
import { OrdersModule } from './orders.module';

/** The consumer of the order stream, and the jobs of orders, in a worker. */
@Module({ imports: [OrdersModule], providers: [OrdersConsumer, OrdersScheduledJobs] })
export class OrdersJobsModule {}
