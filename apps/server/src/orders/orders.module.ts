import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogModule } from '../catalog';
import { OrdersConsoleController } from './console/console.controller';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { DeadLettersRepository } from './dead-letters/dead-letters.repository';
import { DeadLettersService } from './dead-letters/dead-letters.service';
import { OrderIngestRepository } from './ingest/order-ingest.repository';
import { OrderIngest } from './ingest/order-ingest.service';
import { OrdersCache } from './orders.cache';
import { OrdersController } from './orders.controller';
import { OrdersMetrics } from './orders.metrics';
import { OrdersQueries } from './orders.queries';
import { OrdersRepository } from './orders.repository';
import { ordersSchema } from './orders.schema';
import { OrdersService } from './orders.service';
import { OrdersReplayRepository } from './replay/orders-replay.repository';
import { OrdersReplay } from './replay/orders-replay.service';
import { OrdersWarmUp } from './orders.warm-up';

/** Stores orders from the stream and from HTTP requests, and reads them. */
@Module({
  imports: [TypeOrmModule.forFeature(ordersSchema.entities), CatalogModule],
  // The dead letters must come first: otherwise `dead-letters` in their path would match as the UID of an order.
  controllers: [DeadLettersController, OrdersController, OrdersConsoleController],
  providers: [
    OrdersService,
    OrdersQueries,
    OrdersRepository,
    OrdersCache,
    OrdersWarmUp,
    OrdersMetrics,
    DeadLettersService,
    DeadLettersRepository,
    OrderIngest,
    OrderIngestRepository,
    OrdersReplay,
    OrdersReplayRepository,
  ],
  exports: [OrderIngest, OrdersReplay],
})
export class OrdersModule {}
