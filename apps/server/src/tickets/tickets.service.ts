import { Injectable } from '@nestjs/common';
import { type AuditChanges, AuditService } from '@waybill/audit';
import { checkIfMatch, type RequestContext, requireIfMatch, ValidationFailedError } from '@waybill/core';
import { Database } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import { PackagesQueries } from '../packages';
import { Actors } from '../sessions';
import type { TicketsAuditAction } from './audit-actions';
import type { TicketCommentDto, TransitionTicketDto, WriteCommentDto } from './ticket-activity.dto';
import type { TicketCommentRow, Visibility } from './ticket-comment.entity';
import type { ChangeableFields } from './ticket-event.entity';
import { auditedEdit, changesOf } from './ticket-edits';
import { TicketViews } from './ticket-views';
import { type TicketRow, type TicketStatus, transitions } from './ticket.entity';
import { authorOf, isStaff, requireStaff, visibleTo } from './tickets.caller';
import type { EditTicketDto, OpenFollowUpDto, OpenTicketDto, TicketDto } from './tickets.dto';
import {
  FollowUpExistsError,
  TicketAnsweredError,
  TicketClosedError,
  TicketNotClosedError,
  TicketNotFoundError,
  TransitionNotAllowedError,
} from './tickets.errors';
import { observeFirstAnswer } from './tickets.metrics';
import { type NewTicket, TicketsRepository } from './tickets.repository';

/**
 * Opens and changes tickets. Every change locks its ticket first, so that changes of the same ticket run one after
 * another.
 */
@Injectable()
export class TicketsService {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketsRepository,
    private readonly views: TicketViews,
    private readonly packages: PackagesQueries,
    private readonly actors: Actors,
    private readonly audit: AuditService,
  ) {}

  /** @throws ValidationFailedError for an unknown package, or a package that is not the customer's. */
  async open(ctx: RequestContext, dto: OpenTicketDto): Promise<TicketDto> {
    const packageId = dto.package_id ?? null;
    if (packageId !== null && !(await this.packages.exists(ctx, packageId, visibleTo(ctx))))
      throw ValidationFailedError.at(
        '/package_id',
        'unknown_package',
        'There is no package with this ID, or you may not link it.',
      );
    const { subject, text, email, order_uid: orderUid = null } = dto;
    const { ownerId } = ctx.principal;
    const ticket = { ownerId, subject, text, email, packageId, orderUid, followUpOfId: null };
    return this.database.transaction(ctx, async () => this.views.ticket(ctx, await this.insert(ctx, ticket)));
  }

  /**
   * Opens a ticket that continues a closed one, with the same owner, email address and links.
   * @throws TicketNotFoundError, PreconditionFailedError, TicketNotClosedError, FollowUpExistsError
   */
  async followUp(ctx: RequestContext, id: string, dto: OpenFollowUpDto): Promise<TicketDto> {
    return this.database.transaction(ctx, async () => {
      const closed = await this.lock(ctx, id);
      if (closed.status !== 'closed') throw new TicketNotClosedError();
      if (closed.followUpId !== null) throw new FollowUpExistsError(closed.followUpId);
      const { ownerId, email, packageId, orderUid } = closed;
      const { text, subject = closed.subject } = dto;
      const ticket = { ownerId, subject, text, email, packageId, orderUid, followUpOfId: id };
      const row = await this.insert(ctx, ticket);
      await this.tickets.linkFollowUp(ctx, id, row.id);
      return this.views.ticket(ctx, row);
    });
  }

  /**
   * Changes the subject or text (customers: only while the ticket is open), priority, tags or assignee (staff).
   * @throws ManageScopeMissingError, ValidationFailedError for an assignee who is not an active user,
   *   TicketNotFoundError, PreconditionRequiredError, PreconditionFailedError, TicketClosedError, TicketAnsweredError
   */
  async edit(ctx: RequestContext, id: string, dto: EditTicketDto): Promise<TicketDto> {
    const { subject, text, priority, tags, assignee_id: assigneeId } = dto;
    const internal = { priority, tags, assigneeId };
    if (Object.values(internal).some((value) => value !== undefined))
      requireStaff(ctx, 'change the priority, tags or assignee');
    return this.database.transaction(ctx, async () => {
      if (assigneeId != null && !(await this.actors.holdActiveUser(ctx, assigneeId))) throw unknownAssignee();
      const before = await this.lock(ctx, id, requireIfMatch);
      if (before.status === 'closed') throw new TicketClosedError();
      if (!isStaff(ctx) && before.status !== 'open') throw new TicketAnsweredError();
      const row = await this.editFields(ctx, before, { subject, text }, internal);
      return this.views.ticket(ctx, row);
    });
  }

  /**
   * Changes the status of a ticket, and adds the comment if there is one.
   * @throws ManageScopeMissingError, TicketNotFoundError, PreconditionFailedError, TransitionNotAllowedError
   */
  async transition(
    ctx: RequestContext,
    id: string,
    { to, comment }: TransitionTicketDto,
  ): Promise<TicketDto> {
    assertMayTransition(ctx, to);
    assertMayWrite(ctx, comment?.visibility);
    return this.database.transaction(ctx, async () => {
      const before = await this.lock(ctx, id);
      assertAllowed(before, to);
      if (!comment) return this.views.ticket(ctx, await this.move(ctx, before, to));
      const { ticket } = await this.addComment(ctx, before, { ...comment, transition: to });
      return this.views.ticket(ctx, await this.move(ctx, ticket, to, ticket.updatedAt));
    });
  }

  /**
   * Adds a comment, and changes the status of the ticket if requested. If a customer comments on an answered ticket,
   * its status becomes `awaiting_reply`.
   * @throws ManageScopeMissingError, TicketNotFoundError, PreconditionFailedError, TicketClosedError,
   *   TransitionNotAllowedError
   */
  async comment(ctx: RequestContext, id: string, dto: WriteCommentDto): Promise<TicketCommentDto> {
    if (dto.transition) assertMayTransition(ctx, dto.transition);
    assertMayWrite(ctx, dto.visibility);
    return this.database.transaction(ctx, async () => {
      const before = await this.lock(ctx, id);
      if (before.status === 'closed') throw new TicketClosedError();
      const isReply = !isStaff(ctx) && before.status === 'answered';
      const to = dto.transition ?? (isReply ? 'awaiting_reply' : undefined);
      if (to) assertAllowed(before, to);
      const { ticket, comment } = await this.addComment(ctx, before, { ...dto, transition: to });
      if (to) await this.move(ctx, ticket, to, ticket.updatedAt);
      const [shown] = await this.views.comments(ctx, [comment]);
      return shown as TicketCommentDto;
    });
  }

  private async insert(ctx: RequestContext, ticket: Omit<NewTicket, 'id'>): Promise<TicketRow> {
    const row = await this.tickets.insert(ctx, { id: uuidv7(), ...ticket }, authorOf(ctx));
    const { packageId, orderUid, followUpOfId } = ticket;
    const changes = { package_id: packageId, order_uid: orderUid, follow_up_of_id: followUpOfId };
    await this.record(ctx, row.id, 'ticket.opened', changes);
    return row;
  }

  private async lock(
    ctx: RequestContext,
    id: string,
    checkPreconditions: typeof requireIfMatch = checkIfMatch,
  ): Promise<TicketRow> {
    const row = await this.tickets.lock(ctx, id, visibleTo(ctx));
    if (!row) throw new TicketNotFoundError();
    checkPreconditions(ctx, await this.views.ticket(ctx, row));
    return row;
  }

  // Public and internal changes are separate events, because a customer sees only the public ones.
  private async editFields(
    ctx: RequestContext,
    before: TicketRow,
    ...edits: [isPublic: Partial<ChangeableFields>, internal: Partial<ChangeableFields>]
  ): Promise<TicketRow> {
    let row = before;
    const changed = edits.map((fields) => changesOf(before, fields));
    for (const [which, changes] of changed.entries()) {
      if (Object.keys(changes).length === 0) continue;
      const at = row === before ? null : row.updatedAt;
      const event = { type: 'edited', isPublic: which === 0, changes, at } as const;
      row = await this.tickets.change(ctx, row, { ...authorOf(ctx), ...event });
    }
    if (row !== before) await this.record(ctx, row.id, 'ticket.edited', auditedEdit(before, changed));
    return row;
  }

  private async addComment(
    ctx: RequestContext,
    before: TicketRow,
    { text, visibility = 'public', transition = null }: NewComment,
  ): Promise<{ ticket: TicketRow; comment: TicketCommentRow }> {
    const [id, author] = [uuidv7(), authorOf(ctx)];
    const event = { type: 'commented', isPublic: visibility === 'public', commentId: id } as const;
    const ticket = await this.tickets.change(ctx, before, { ...author, ...event });
    const comment = { ...author, id, ticketId: before.id, visibility, text, transition };
    const row = await this.tickets.insertComment(ctx, { ...comment, createdAt: ticket.updatedAt });
    await this.record(ctx, before.id, 'ticket.commented', { comment_id: id, visibility });
    return { ticket, comment: row };
  }

  private async move(
    ctx: RequestContext,
    before: TicketRow,
    status: TicketStatus,
    at: Date | null = null,
  ): Promise<TicketRow> {
    const event = { type: 'transitioned', isPublic: true, changes: { status }, at } as const;
    const row = await this.tickets.change(ctx, before, { ...authorOf(ctx), ...event });
    await this.record(ctx, row.id, 'ticket.transitioned', { status: { from: before.status, to: status } });
    // A ticket never becomes open again, so this is its first answer.
    if (before.status === 'open' && status === 'answered')
      this.database.afterCommit(ctx, () => observeFirstAnswer(row));
    return row;
  }

  private record(
    ctx: RequestContext,
    id: string,
    action: TicketsAuditAction,
    changes: AuditChanges,
  ): Promise<void> {
    return this.audit.record(ctx, { action, target: { kind: 'ticket', id }, changes });
  }
}

interface NewComment {
  text: string;
  visibility?: Visibility | undefined;
  transition?: TicketStatus | null | undefined;
}

function assertMayTransition(ctx: RequestContext, to: TicketStatus): void {
  if (to !== 'closed') requireStaff(ctx, `set the status to ${to}`);
}

function assertMayWrite(ctx: RequestContext, visibility: Visibility | undefined): void {
  if (visibility === 'internal') requireStaff(ctx, 'write internal comments');
}

function assertAllowed({ status }: TicketRow, to: TicketStatus): void {
  if (!transitions[status].includes(to)) throw new TransitionNotAllowedError(status, to);
}

const unknownAssignee = (): ValidationFailedError =>
  ValidationFailedError.at(
    '/assignee_id',
    'unknown_assignee',
    'There is no user with this ID, or the user is disabled.',
  );
