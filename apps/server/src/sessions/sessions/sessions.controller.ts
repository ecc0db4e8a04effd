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

  /** Open an anonymous session; its cookie is how you are known from then on. A valid cookie sent along gives that session. */
  @Post()
  @Public()
  @OpensSession()
  @ApiOperation({ operationId: 'openSession' })
  @ApiCreatedResponse({ type: SessionDto, description: 'A new session', headers: setsCookie })
  @ApiOkResponse({ type: SessionDto, description: 'The session of the cookie that was sent' })
  async open(
    @Ctx() ctx: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    return this.openWith(ctx, request, reply, HttpStatus.CREATED);
  }

  /** Open an anonymous session: the older form of POST /sessions, which always answers 200. */
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

  /** Show the session that you call with. */
  @Get('current')
  @Authenticated()
  @ETag()
  @ApiProblems(SessionNotFoundError)
  @ApiOperation({ operationId: 'getCurrentSession' })
  @ApiOkResponse({ type: SessionDto })
  async current(@Ctx() ctx: RequestContext): Promise<SessionDto> {
    return toSessionDto(await this.sessions.current(ctx));
  }

  /** End the session that you call with. It stops at once, everywhere. */
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

  /** List your own sessions, newest first: with the device that opened each, and when it was last used. */
  @Get()
  @Authenticated()
  @ApiOperation({ operationId: 'listSessions' })
  @ApiOkResponse({ type: SessionPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListQuery): Promise<SessionPage> {
    const page = await this.sessions.list(ctx, query);
    return { ...page, items: page.items.map((row) => toListedSessionDto(row, ctx.principal.id)) };
  }

  /** End one of your own sessions. It stops at once, everywhere. */
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
