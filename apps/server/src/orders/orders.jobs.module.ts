import { Module } from '@nestjs/common';
import { OrdersConsumer } from './orders.consumer';
import { OrdersModule } from './orders.module';

/** The consumer of the order stream, in a worker. */
@Module({ imports: [OrdersModule], providers: [OrdersConsumer] })
export class OrdersJobsModule {}
