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
import { OrdersQueries } from './orders.queries';
import { OrdersRepository } from './orders.repository';
import { ordersSchema } from './orders.schema';
import { OrdersService } from './orders.service';
import { OrdersReplayRepository } from './replay/orders-replay.repository';
import { OrdersReplay } from './replay/orders-replay.service';
import { OrdersWarmUp } from './orders.warm-up';

/** Stores the orders of the stream, takes orders over HTTP, and reads both. */
@Module({
  imports: [TypeOrmModule.forFeature(ordersSchema.entities), CatalogModule],
  // The dead letters come first: their path would be an order's UID.
  controllers: [DeadLettersController, OrdersController, OrdersConsoleController],
  providers: [
    OrdersService,
    OrdersQueries,
    OrdersRepository,
    OrdersCache,
    OrdersWarmUp,
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
