import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { IsNull, MoreThan, type SelectQueryBuilder } from 'typeorm';
import { TicketEntity, type TicketPriority, type TicketRow, type TicketStatus } from './ticket.entity';
import { TicketCommentEntity, type TicketCommentRow } from './ticket-comment.entity';
import { TicketEventEntity } from './ticket-event.entity';
import type { Owners } from './tickets.caller';
import { searchQuery } from './tickets.search';

/** Filters for a list of tickets. An undefined filter is ignored. */
export interface TicketFilters {
  status?: TicketStatus | undefined;
  /** ID of a user, or null for tickets without an assignee. */
  assigneeId?: string | null | undefined;
  email?: string | undefined;
  tag?: string | undefined;
  priority?: TicketPriority | undefined;
  packageId?: number | undefined;
  orderUid?: string | undefined;
  /** Inclusive starts and exclusive ends. */
  createdFrom?: Date | undefined;
  createdTo?: Date | undefined;
  updatedFrom?: Date | undefined;
  updatedTo?: Date | undefined;
  q?: string | undefined;
}

export type TicketSort = 'created' | 'updated';

/** A ticket in a list: without its text. */
export type ListedTicket = Omit<TicketRow, 'text'>;

/** Time and ID of the last row of the previous page. */
export type After = readonly [at: string, id: string];

const LISTED = [
  ...(['id', 'ownerId', 'status', 'subject', 'email', 'packageId', 'orderUid', 'followUpOfId'] as const),
  ...(['followUpId', 'priority', 'tags', 'assigneeId', 'createdAt', 'updatedAt', 'publicUpdatedAt'] as const),
  ...(['statusSince', 'revision', 'publicRevision'] as const),
] satisfies (keyof ListedTicket)[];

type Tickets = SelectQueryBuilder<TicketEntity>;

/** Lists of tickets, comments and events. */
@Injectable()
export class TicketLists {
  constructor(private readonly database: Database) {}

  /** Lists tickets, newest first. */
  list(
    ctx: TransactionContext,
    owners: Owners,
    filters: TicketFilters,
    page: { sort: TicketSort; after: After | undefined; count: number },
  ): Promise<ListedTicket[]> {
    return this.listing(ctx, owners, filters, page).getMany();
  }

  /**
   * Returns the query of `list`. It is not prepared, because PostgreSQL must plan each combination of filters
   * separately.
   */
  listing(
    ctx: TransactionContext,
    owners: Owners,
    filters: TicketFilters,
    { sort, after, count }: { sort: TicketSort; after: After | undefined; count: number },
  ): Tickets {
    const updated = owners === 'all' ? 'ticket.updatedAt' : 'ticket.publicUpdatedAt';
    const time = sort === 'created' ? 'ticket.createdAt' : updated;
    const tickets = this.database
      .repository(ctx, TicketEntity)
      .createQueryBuilder('ticket')
      .select(LISTED.map((column) => `ticket.${column}`))
      .orderBy({ [time]: 'DESC', 'ticket.id': 'DESC' })
      .limit(count);
    if (owners !== 'all') tickets.andWhere('ticket.ownerId IN (:...owners)', { owners });
    addEqualities(tickets, filters);
    addRanges(tickets, filters, updated);
    if (filters.q !== undefined) addSearch(tickets, owners, filters.q);
    if (after) tickets.andWhere(`(${time}, ticket.id) < (:at, :id)`, { at: after[0], id: after[1] });
    return tickets;
  }

  /** Lists the comments of a ticket, oldest first. */
  comments(
    ctx: TransactionContext,
    ticketId: string,
    { internal, after, count }: { internal: boolean; after: After | undefined; count: number },
  ): Promise<TicketCommentRow[]> {
    const comments = this.database
      .repository(ctx, TicketCommentEntity)
      .createQueryBuilder('comment')
      .where('comment.ticketId = :ticketId', { ticketId })
      .orderBy({ 'comment.createdAt': 'ASC', 'comment.id': 'ASC' })
      .limit(count);
    // A literal, so that PostgreSQL uses the index of public comments.
    if (!internal) comments.andWhere("comment.visibility = 'public'");
    if (after)
      comments.andWhere('(comment.createdAt, comment.id) > (:at, :id)', { at: after[0], id: after[1] });
    return comments.getMany();
  }

  /** Lists the events of a ticket, oldest first. @param afterRevision the public revision unless `internal` */
  events(
    ctx: TransactionContext,
    ticketId: string,
    { internal, afterRevision, count }: { internal: boolean; afterRevision: number; count: number },
  ): Promise<TicketEventEntity[]> {
    const after = MoreThan(afterRevision);
    return this.database.repository(ctx, TicketEventEntity).find({
      where: internal ? { ticketId, revision: after } : { ticketId, publicRevision: after },
      order: internal ? { revision: 'ASC' } : { publicRevision: 'ASC' },
      take: count,
    });
  }
}

function addEqualities(tickets: Tickets, filters: TicketFilters): void {
  const { status, assigneeId, email, tag, priority, packageId, orderUid } = filters;
  tickets.andWhere({
    ...(status !== undefined && { status }),
    ...(assigneeId !== undefined && { assigneeId: assigneeId ?? IsNull() }),
    ...(email !== undefined && { email }),
    ...(priority !== undefined && { priority }),
    ...(packageId !== undefined && { packageId }),
    ...(orderUid !== undefined && { orderUid }),
  });
  if (tag !== undefined) tickets.andWhere('ticket.tags @> :tags', { tags: [tag] });
}

function addRanges(
  tickets: Tickets,
  { createdFrom, createdTo, updatedFrom, updatedTo }: TicketFilters,
  updated: string,
): void {
  if (createdFrom) tickets.andWhere('ticket.createdAt >= :createdFrom', { createdFrom });
  if (createdTo) tickets.andWhere('ticket.createdAt < :createdTo', { createdTo });
  if (updatedFrom) tickets.andWhere(`${updated} >= :updatedFrom`, { updatedFrom });
  if (updatedTo) tickets.andWhere(`${updated} < :updatedTo`, { updatedTo });
}

// SQL: full-text search.
/**
 * For staff, finds matches in all tickets by the full-text indexes. For customers, reads only their own tickets and the
 * public comments.
 */
function addSearch(tickets: Tickets, owners: Owners, q: string): void {
  const query = searchQuery(':q::text');
  tickets.setParameters({ q });
  if (owners === 'all')
    tickets.andWhere(`ticket.id IN (
      SELECT found.id FROM tickets found WHERE found.document @@ ${query}
      UNION SELECT said.ticket_id FROM ticket_comments said WHERE said.document @@ ${query})`);
  else
    tickets.andWhere(`(ticket.document @@ ${query} OR EXISTS (
      SELECT FROM ticket_comments said
      WHERE said.ticket_id = ticket.id AND said.visibility = 'public' AND said.document @@ ${query}))`);
}
