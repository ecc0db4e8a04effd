import { Injectable } from '@nestjs/common';
import type { Page, RequestContext } from '@waybill/core';
import { Actors } from '../sessions';
import { type AuthorNames, toCommentDto, toEventDto } from './ticket-activity.dto';
import type { TicketCommentDto, TicketEventDto } from './ticket-activity.dto';
import type { TicketCommentRow } from './ticket-comment.entity';
import type { TicketRow } from './ticket.entity';
import type { TicketEventEntity } from './ticket-event.entity';
import { isStaff } from './tickets.caller';
import { type TicketDto, type TicketSummaryDto, toTicketDto, toTicketSummaryDto } from './tickets.dto';
import type { ListedTicket } from './tickets.lists';

/** Maps rows to what the caller may see. Only staff see the names of staff, and internal fields. */
@Injectable()
export class TicketViews {
  constructor(private readonly actors: Actors) {}

  async ticket(ctx: RequestContext, row: TicketRow): Promise<TicketDto> {
    const assigneeEmail = await this.assigneesOf(ctx, [row]);
    return toTicketDto({ row, isStaff: isStaff(ctx), assigneeEmail: assigneeEmail(row) });
  }

  async tickets(ctx: RequestContext, page: Page<ListedTicket>): Promise<Page<TicketSummaryDto>> {
    const assigneeEmail = await this.assigneesOf(ctx, page.items);
    const toDto = (row: ListedTicket) =>
      toTicketSummaryDto({ row, isStaff: isStaff(ctx), assigneeEmail: assigneeEmail(row) });
    return { ...page, items: page.items.map(toDto) };
  }

  async comments(ctx: RequestContext, rows: readonly TicketCommentRow[]): Promise<TicketCommentDto[]> {
    const names = await this.authorsOf(ctx, rows);
    return rows.map((row) => toCommentDto(row, names));
  }

  async events(ctx: RequestContext, rows: readonly TicketEventEntity[]): Promise<TicketEventDto[]> {
    const names = await this.authorsOf(ctx, rows);
    return rows.map((row) => toEventDto(row, names));
  }

  private async assigneesOf(
    ctx: RequestContext,
    rows: readonly ListedTicket[],
  ): Promise<(row: ListedTicket) => string | undefined> {
    const userIds = isStaff(ctx) ? distinct(rows.map(({ assigneeId }) => assigneeId)) : [];
    const { emails } = await this.actors.namesOf(ctx, { userIds, keyIds: [] });
    return ({ assigneeId }) => (assigneeId === null ? undefined : emails.get(assigneeId));
  }

  private async authorsOf(
    ctx: RequestContext,
    rows: readonly { userId: string | null; apiKeyId: string | null }[],
  ): Promise<AuthorNames> {
    if (!isStaff(ctx)) return undefined;
    const [userIds, keyIds] = [
      distinct(rows.map(({ userId }) => userId)),
      distinct(rows.map(({ apiKeyId }) => apiKeyId)),
    ];
    return this.actors.namesOf(ctx, { userIds, keyIds });
  }
}

const distinct = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];
