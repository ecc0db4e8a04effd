import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PackagesModule } from '../packages';
import { TicketViews } from './ticket-views';
import { TicketsAutoClose } from './tickets.auto-close';
import { TicketsController } from './tickets.controller';
import { TicketLists } from './tickets.lists';
import { TicketsMetrics } from './tickets.metrics';
import { TicketsQueries } from './tickets.queries';
import { TicketsRepository } from './tickets.repository';
import { ticketsSchema } from './tickets.schema';
import { TicketsService } from './tickets.service';

/** Support requests. */
@Module({
  imports: [TypeOrmModule.forFeature(ticketsSchema.entities), PackagesModule],
  controllers: [TicketsController],
  providers: [
    TicketsService,
    TicketsQueries,
    TicketsRepository,
    TicketLists,
    TicketViews,
    TicketsAutoClose,
    TicketsMetrics,
  ],
  exports: [TicketsAutoClose],
})
export class TicketsModule {}
