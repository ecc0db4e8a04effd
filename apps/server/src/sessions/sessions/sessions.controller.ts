import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import {
  ApiProblems,
  Authenticated,
  Ctx,
  ETag,
  ListQuery,
  Matched,
  OpensSession,
  Public,
  UuidId,
} from '@waybill/http';
import { setsCookie, uuidParameter } from '@waybill/openapi';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clearSessionCookie, presentedSessionToken, setSessionCookie } from './session-cookie';
import { SessionDto, SessionPage, toListedSessionDto, toSessionDto } from './sessions.dto';
import { SessionNotFoundError } from './sessions.errors';
import { SessionsService } from './sessions.service';

@ApiTags('sessions')
@Controller('api/v1/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  /** Start a customer session. Sets the session cookie. If you send a valid session cookie, returns that session with 200. */
  @Post()
  @Public()
  @OpensSession()
  @ApiOperation({ operationId: 'openSession' })
  @ApiCreatedResponse({ type: SessionDto, description: 'A new session.', headers: setsCookie })
  @ApiOkResponse({ type: SessionDto, description: 'Your existing session.' })
  async open(
    @Ctx() ctx: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    return this.openWith(ctx, request, reply, HttpStatus.CREATED);
  }

  /** Start a customer session with GET. The older form of `POST /api/v1/sessions`. Always returns 200. */
  @Get('new')
  @Public()
  @OpensSession()
  @ApiOperation({ operationId: 'openSessionByGet' })
  @ApiOkResponse({ type: SessionDto, headers: setsCookie })
  async openByGet(
    @Ctx() ctx: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    return this.openWith(ctx, request, reply, HttpStatus.OK);
  }

  /** Get the current session. */
  @Get('current')
  @Authenticated()
  @ETag()
  @ApiProblems(SessionNotFoundError)
  @ApiOperation({ operationId: 'getCurrentSession' })
  @ApiOkResponse({ type: SessionDto })
  async current(@Ctx() ctx: RequestContext): Promise<SessionDto> {
    return toSessionDto(await this.sessions.current(ctx));
  }

  /** End the current session. Takes effect at once, and clears the cookie. */
  @Delete('current')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Authenticated()
  @Matched()
  @ApiProblems(SessionNotFoundError)
  @ApiOperation({ operationId: 'endCurrentSession' })
  @ApiNoContentResponse({ headers: setsCookie })
  async endCurrent(
    @Ctx() ctx: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.endCurrent(ctx);
    clearSessionCookie(request, reply);
  }

  /** List your sessions. Newest first. */
  @Get()
  @Authenticated()
  @ApiOperation({ operationId: 'listSessions' })
  @ApiOkResponse({ type: SessionPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListQuery): Promise<SessionPage> {
    const page = await this.sessions.list(ctx, query);
    return { ...page, items: page.items.map((row) => toListedSessionDto(row, ctx.principal.id)) };
  }

  /** End one of your sessions. Takes effect at once. */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Authenticated()
  @Matched()
  @ApiProblems(SessionNotFoundError)
  @ApiOperation({ operationId: 'endSession' })
  @ApiParam(uuidParameter('id'))
  @ApiNoContentResponse()
  async end(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<void> {
    await this.sessions.end(ctx, id);
  }

  private async openWith(
    ctx: RequestContext,
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
  ): Promise<SessionDto> {
    const { session, token } = await this.sessions.open(ctx, presentedSessionToken(request));
    if (token) setSessionCookie(request, reply, token, session.expiresAt);
    reply.header('Cache-Control', 'no-store').status(token ? status : HttpStatus.OK);
    return toSessionDto(session);
  }
}
