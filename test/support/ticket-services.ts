import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '@waybill/audit';
import { CONFIG } from '@waybill/config';
import { type Principal, RequestContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { DataSource } from 'typeorm';
import { modules } from '../../apps/server/src/modules';
import { PackagesQueries } from '../../apps/server/src/packages';
import { Actors } from '../../apps/server/src/sessions';
import { TicketViews } from '../../apps/server/src/tickets/ticket-views';
import { TicketsAutoClose } from '../../apps/server/src/tickets/tickets.auto-close';
import { TicketLists } from '../../apps/server/src/tickets/tickets.lists';
import { TicketsQueries } from '../../apps/server/src/tickets/tickets.queries';
import { TicketsRepository } from '../../apps/server/src/tickets/tickets.repository';
import { TicketsService } from '../../apps/server/src/tickets/tickets.service';
import { later } from './later';
import { type OpenDatabaseOptions, useTypeOrm } from './typeorm';

/** Days after which the services close an answered ticket. */
export const AUTO_CLOSE_DAYS = 7;

/**
 * Creates the ticket services on a database for the enclosing `describe`. The services, the audit log and PostgreSQL
 * are real. Users and packages are fake: every user is active, and only package 1 exists.
 */
export function useTicketServices(options: OpenDatabaseOptions = {}) {
  const { dataSource, database, onClose } = useTypeOrm({ entities: [...modules.entities] }, options);
  const [service, queries, lists, autoClose] = [
    later<TicketsService>('The service'),
    later<TicketsQueries>('The queries'),
    later<TicketLists>('The lists'),
    later<TicketsAutoClose>('The auto-close'),
  ];
  beforeAll(async () => {
    const nest = await startServices(database, dataSource);
    onClose(() => nest.close());
    service.fill(nest.get(TicketsService));
    queries.fill(nest.get(TicketsQueries));
    lists.fill(nest.get(TicketLists));
    autoClose.fill(nest.get(TicketsAutoClose));
  });
  return {
    dataSource,
    database,
    service: service.value,
    queries: queries.value,
    lists: lists.value,
    autoClose: autoClose.value,
  };
}

function startServices(database: Database, dataSource: DataSource): Promise<INestApplicationContext> {
  const actors = {
    namesOf: async (_: unknown, { userIds }: { userIds: string[] }) => ({
      emails: new Map(userIds.map((id) => [id, `${id}@example.com`])),
      keyNames: new Map(),
    }),
    holdActiveUser: async () => true,
  };
  const shared = {
    module: class DatabaseOfTheTest {},
    global: true,
    providers: [
      { provide: Database, useValue: database },
      { provide: DataSource, useValue: dataSource },
      { provide: Actors, useValue: actors },
      { provide: PackagesQueries, useValue: { exists: async (_: unknown, id: number) => id === 1 } },
      { provide: CONFIG, useValue: { tickets: { autoCloseDays: AUTO_CLOSE_DAYS } } },
    ],
    exports: [Database, DataSource, Actors, PackagesQueries, CONFIG],
  };
  const providers = [
    TicketsService,
    TicketsQueries,
    TicketsRepository,
    TicketLists,
    TicketViews,
    TicketsAutoClose,
  ];
  return NestFactory.createApplicationContext(
    { module: class Test {}, imports: [shared, AuditModule], providers },
    { logger: false },
  );
}

const contextOf = (principal: Principal, ifMatch?: '*'): RequestContext => {
  const ctx = new RequestContext('request', '192.0.2.1', 'a device');
  ctx.principal = principal;
  ctx.preconditions = { ifMatch };
  return ctx;
};

/** Returns a function that creates a context per request of a new customer. */
export function customer(ownerId: string = randomUUID()): () => RequestContext {
  const principal: Principal = {
    kind: 'customer',
    id: ownerId,
    ownerId,
    ownerIds: [ownerId],
    scopes: new Set(),
  };
  return () => contextOf(principal, '*');
}

/** Returns a function that creates a context per request of a staff user with `tickets:manage`. */
export function staff(userId: string = randomUUID()): () => RequestContext {
  const scopes = new Set(['tickets:read', 'tickets:write', 'tickets:manage']);
  const principal: Principal = {
    kind: 'staff',
    id: userId,
    userId,
    ownerId: userId,
    ownerIds: [userId],
    scopes,
  };
  return () => contextOf(principal, '*');
}

/** The body that opens a ticket. */
export const aTicket = (more = {}) => ({
  subject: 'My package has not arrived',
  text: 'It was due on Monday.',
  email: 'anna@example.com',
  ...more,
});
