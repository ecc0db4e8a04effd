import { Injectable } from '@nestjs/common';
import {
  type Bound,
  cursorOwner,
  Cursors,
  integerKey,
  type Page,
  type PageRequest,
  type RequestContext,
  timeKey,
  uuidKey,
} from '@waybill/core';
import { z } from 'zod';
import type { TicketCommentDto, TicketEventDto } from './ticket-activity.dto';
import { TicketViews } from './ticket-views';
import type { TicketRow } from './ticket.entity';
import { isStaff, visibleTo } from './tickets.caller';
import { type ListTicketsQuery, NO_ASSIGNEE, type TicketDto, type TicketSummaryDto } from './tickets.dto';
import { inTheFuture, staffOnlyFilters, TicketNotFoundError } from './tickets.errors';
import { type TicketFilters, TicketLists } from './tickets.lists';
import { TicketsRepository } from './tickets.repository';

const ticketCursors = new Cursors('tickets', z.tuple([timeKey, uuidKey]));
const commentCursors = new Cursors('ticket-comments', z.tuple([timeKey, uuidKey]));
const eventCursors = new Cursors('ticket-history', z.tuple([integerKey]));
const STAFF_ONLY = ['assignee', 'priority', 'tag'] as const;

/** Reads the tickets, and the parts of each ticket, that the caller may see. */
@Injectable()
export class TicketsQueries {
  constructor(
    private readonly tickets: TicketsRepository,
    private readonly lists: TicketLists,
    private readonly views: TicketViews,
  ) {}

  /**
   * Returns the current or an earlier state of a ticket.
   * @throws TicketNotFoundError, also for a time before the ticket was opened, and BadRequestError for a time in the
   *   future.
   */
  async get(ctx: RequestContext, id: string, asOf?: string): Promise<TicketDto> {
    const row = asOf === undefined ? await this.find(ctx, id) : await this.findAsOf(ctx, id, new Date(asOf));
    return this.views.ticket(ctx, row);
  }

  /**
   * Returns a page of the tickets that the caller may see, newest first.
   * @throws BadRequestError for filters that only staff may use.
   */
  async list(ctx: RequestContext, query: ListTicketsQuery): Promise<Page<TicketSummaryDto>> {
    const { limit, cursor, sort, ...filters } = query;
    const forbidden = isStaff(ctx) ? [] : STAFF_ONLY.filter((name) => filters[name] !== undefined);
    if (forbidden.length > 0) throw staffOnlyFilters(forbidden);
    const owners = visibleTo(ctx);
    const bound: Bound = { ...filters, sort, owner: owners === 'all' ? owners : cursorOwner(ctx.principal) };
    const page = { sort, after: ticketCursors.read(cursor, bound), count: limit + 1 };
    const rows = await this.lists.list(ctx, owners, filtersOf(query), page);
    const updated = owners === 'all' ? 'updatedAt' : 'publicUpdatedAt';
    const time = sort === 'created' ? 'createdAt' : updated;
    return this.views.tickets(
      ctx,
      ticketCursors.page(rows, limit, bound, (row) => [row[time].toISOString(), row.id]),
    );
  }

  /** Returns a page of the comments that the caller may see, oldest first. @throws TicketNotFoundError */
  async comments(
    ctx: RequestContext,
    id: string,
    { limit, cursor }: PageRequest,
  ): Promise<Page<TicketCommentDto>> {
    const bound = boundOf(ctx, id);
    const after = commentCursors.read(cursor, bound);
    await this.find(ctx, id);
    const page = { internal: isStaff(ctx), after, count: limit + 1 };
    const rows = await this.lists.comments(ctx, id, page);
    const { items, next_cursor } = commentCursors.page(rows, limit, bound, (row) => [
      row.createdAt.toISOString(),
      row.id,
    ]);
    return { items: await this.views.comments(ctx, items), next_cursor };
  }

  /** Returns a page of the changes that the caller may see, oldest first. @throws TicketNotFoundError */
  async history(
    ctx: RequestContext,
    id: string,
    { limit, cursor }: PageRequest,
  ): Promise<Page<TicketEventDto>> {
    const bound = boundOf(ctx, id);
    const [afterRevision] = eventCursors.read(cursor, bound) ?? [0];
    await this.find(ctx, id);
    const internal = isStaff(ctx);
    const rows = await this.lists.events(ctx, id, { internal, afterRevision, count: limit + 1 });
    const { items, next_cursor } = eventCursors.page(rows, limit, bound, ({ revision, publicRevision }) => [
      // A customer's list has only public events.
      internal ? revision : (publicRevision as number),
    ]);
    return { items: await this.views.events(ctx, items), next_cursor };
  }

  private async find(ctx: RequestContext, id: string): Promise<TicketRow> {
    const row = await this.tickets.find(ctx, id, visibleTo(ctx));
    if (!row) throw new TicketNotFoundError();
    return row;
  }

  private async findAsOf(ctx: RequestContext, id: string, time: Date): Promise<TicketRow> {
    const state = await this.tickets.stateAt(ctx, id, time, { internal: isStaff(ctx) });
    if (state.isFuture) throw inTheFuture('as_of');
    const row = await this.find(ctx, id);
    const { at, statusSince, fields } = state;
    if (!at || !statusSince) throw new TicketNotFoundError();
    const { followUpId } = row;
    const followUp = followUpId === null ? undefined : await this.tickets.find(ctx, followUpId, 'all');
    return {
      ...row,
      ...UNCHANGED,
      ...fields,
      ...{ statusSince, updatedAt: at, publicUpdatedAt: at },
      followUpId: followUp && followUp.createdAt <= time ? followUp.id : null,
    };
  }
}

/** Initial values that the first event of a ticket does not record. */
const UNCHANGED = { priority: 'normal', tags: [], assigneeId: null } satisfies Partial<TicketRow>;

/** Binds a cursor to a ticket, and to staff or customers, because they see different rows. */
const boundOf = (ctx: RequestContext, ticketId: string): Bound => ({ ticketId, internal: isStaff(ctx) });

function filtersOf(query: ListTicketsQuery): TicketFilters {
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  const { assignee } = query;
  return {
    ...{ status: query.status, email: query.email, tag: query.tag, priority: query.priority, q: query.q },
    assigneeId: assignee === NO_ASSIGNEE ? null : assignee?.toLowerCase(),
    packageId: query.package_id,
    orderUid: query.order_uid,
    createdFrom: timeOf(query.created_from),
    createdTo: timeOf(query.created_to),
    updatedFrom: timeOf(query.updated_from),
    updatedTo: timeOf(query.updated_to),
  };
}
