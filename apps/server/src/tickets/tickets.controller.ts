import { Body, Controller, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { PreconditionRequiredError, type RequestContext } from '@waybill/core';
import {
  AllowCustomersOr,
  ApiProblems,
  Ctx,
  ETag,
  Idempotent,
  ListQuery,
  Location,
  Matched,
  UuidId,
} from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import {
  TicketCommentDto,
  TicketCommentPage,
  TicketEventPage,
  TransitionTicketDto,
  WriteCommentDto,
} from './ticket-activity.dto';
import {
  EditTicketDto,
  GetTicketQuery,
  ListTicketsQuery,
  OpenFollowUpDto,
  OpenTicketDto,
  TicketDto,
  TicketPage,
} from './tickets.dto';
import {
  FollowUpExistsError,
  TicketAnsweredError,
  TicketClosedError,
  TicketNotClosedError,
  TicketNotFoundError,
  TransitionNotAllowedError,
} from './tickets.errors';
import { answeredTicket, followUp, historyPage, newTicket } from './tickets.examples';
import { TicketsQueries } from './tickets.queries';
import { ticketsScopes } from './tickets.scopes';
import { TicketsService } from './tickets.service';

@ApiTags('tickets')
@Controller('api/v1/tickets')
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly queries: TicketsQueries,
  ) {}

  /** Open a ticket. */
  @Post()
  @AllowCustomersOr(ticketsScopes.write, ticketsScopes.manage)
  @Idempotent()
  @ETag()
  @Location<TicketDto>(({ id }) => `/api/v1/tickets/${id}`)
  @ApiOperation({ operationId: 'openTicket' })
  @ApiCreatedResponse({ type: TicketDto, example: newTicket })
  open(@Ctx() ctx: RequestContext, @Body() dto: OpenTicketDto): Promise<TicketDto> {
    return this.tickets.open(ctx, dto);
  }

  /**
   * List tickets. Newest first. You see your own tickets, or all tickets if you have the scope `tickets:manage`. The items omit
   * `text`. To read it, get a single ticket.
   */
  @Get()
  @AllowCustomersOr(ticketsScopes.read, ticketsScopes.manage)
  @ApiOperation({ operationId: 'listTickets' })
  @ApiOkResponse({ type: TicketPage })
  list(@Ctx() ctx: RequestContext, @Query() query: ListTicketsQuery): Promise<TicketPage> {
    return this.queries.list(ctx, query);
  }

  /**
   * Get a ticket. Send `as_of` to get the ticket as it was at an earlier time. A time before the ticket was opened returns 404, and a time in
   * the future returns 400.
   */
  @Get(':id')
  @AllowCustomersOr(ticketsScopes.read, ticketsScopes.manage)
  @ETag()
  @ApiProblems(TicketNotFoundError)
  @ApiOperation({ operationId: 'getTicket' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: TicketDto })
  get(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Query() { as_of }: GetTicketQuery,
  ): Promise<TicketDto> {
    return this.queries.get(ctx, id, as_of);
  }

  /**
   * Edit a ticket. Callers with `tickets:manage` can edit every field while the ticket is not closed. Other callers can edit the
   * subject and the text while the status is `open`.
   */
  @Patch(':id')
  @AllowCustomersOr(ticketsScopes.write, ticketsScopes.manage)
  @ETag()
  @Matched()
  @ApiProblems(TicketNotFoundError, PreconditionRequiredError, TicketClosedError, TicketAnsweredError)
  @ApiOperation({ operationId: 'editTicket' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: TicketDto })
  edit(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: EditTicketDto,
  ): Promise<TicketDto> {
    return this.tickets.edit(ctx, id, dto);
  }

  /**
   * Change the status of a ticket. You can add a comment in the same request. Without `tickets:manage`, you can only close
   * a ticket.
   *
   * Allowed changes: `open` to `answered` or `closed`, `answered` to `awaiting_reply` or `closed`, and `awaiting_reply` to `answered` or
   * `closed`.
   */
  @Post(':id/transitions')
  @HttpCode(HttpStatus.OK)
  @AllowCustomersOr(ticketsScopes.write, ticketsScopes.manage)
  @Idempotent()
  @ETag()
  @Matched()
  @ApiProblems(TicketNotFoundError, TransitionNotAllowedError)
  @ApiOperation({ operationId: 'transitionTicket' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: TicketDto, example: answeredTicket })
  transition(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: TransitionTicketDto,
  ): Promise<TicketDto> {
    return this.tickets.transition(ctx, id, dto);
  }

  /**
   * Write a comment on a ticket. Send `transition` to change the status of the ticket too. If you omit it, a comment by a
   * caller without `tickets:manage` on an `answered` ticket changes the status to `awaiting_reply`.
   */
  @Post(':id/comments')
  @AllowCustomersOr(ticketsScopes.write, ticketsScopes.manage)
  @Idempotent()
  @Matched()
  @ApiProblems(TicketNotFoundError, TicketClosedError, TransitionNotAllowedError)
  @ApiOperation({ operationId: 'writeComment' })
  @ApiParam(uuidParameter('id'))
  @ApiCreatedResponse({ type: TicketCommentDto })
  comment(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: WriteCommentDto,
  ): Promise<TicketCommentDto> {
    return this.tickets.comment(ctx, id, dto);
  }

  /** List the comments on a ticket. Oldest first. Only callers with `tickets:manage` see internal comments. */
  @Get(':id/comments')
  @AllowCustomersOr(ticketsScopes.read, ticketsScopes.manage)
  @ApiProblems(TicketNotFoundError)
  @ApiOperation({ operationId: 'listComments' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: TicketCommentPage })
  comments(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Query() query: ListQuery,
  ): Promise<TicketCommentPage> {
    return this.queries.comments(ctx, id, query);
  }

  /** List the changes to a ticket. Oldest first. Only callers with `tickets:manage` see internal comments, and changes to tags, priority and assignee. */
  @Get(':id/history')
  @AllowCustomersOr(ticketsScopes.read, ticketsScopes.manage)
  @ApiProblems(TicketNotFoundError)
  @ApiOperation({ operationId: 'listTicketHistory' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: TicketEventPage, example: historyPage })
  history(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Query() query: ListQuery,
  ): Promise<TicketEventPage> {
    return this.queries.history(ctx, id, query);
  }

  /**
   * Open a follow-up to a closed ticket. A ticket can have one follow-up. The follow-up gets the owner, `email`, `package_id` and
   * `order_uid` of the closed ticket.
   */
  @Post(':id/follow-up')
  @AllowCustomersOr(ticketsScopes.write, ticketsScopes.manage)
  @Idempotent()
  @ETag()
  @Matched()
  @Location<TicketDto>(({ id }) => `/api/v1/tickets/${id}`)
  @ApiProblems(TicketNotFoundError, TicketNotClosedError, FollowUpExistsError)
  @ApiOperation({ operationId: 'openFollowUp' })
  @ApiParam(uuidParameter('id'))
  @ApiCreatedResponse({ type: TicketDto, example: followUp })
  followUp(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: OpenFollowUpDto,
  ): Promise<TicketDto> {
    return this.tickets.followUp(ctx, id, dto);
  }
}
