import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { ApiProblems, Authenticated, Ctx, Matched, Public } from '@waybill/http';
import { setsCookie } from '@waybill/openapi';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clearSessionCookie, presentedSessionToken, setSessionCookie } from '../sessions/session-cookie';
import { SessionDto, toSessionDto } from '../sessions/sessions.dto';
import { staffSession } from '../sessions/sessions.examples';
import { SessionNotFoundError } from '../sessions/sessions.errors';
import { SessionsService } from '../sessions/sessions.service';
import { ChangePasswordDto, LoginDto } from './auth.dto';
import { LoginFailedError, LoginThrottledError, NoPasswordError } from './auth.errors';
import { AuthService } from './auth.service';
import { presentedDeviceToken, setDeviceCookie } from './device-cookie';
import { LoginGuard } from './login.guard';

@ApiTags('auth')
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Sign in. Starts a new session and sets its cookie. If you send the cookie of an earlier session, that session ends and its
   * packages, orders and tickets become the user's. The reply also sets a device cookie. With this cookie, you can sign in from this device
   * even if failed sign-ins from elsewhere lock the account.
   */
  @Post('login')
  @HttpCode(HttpStatus.OK)
  @Public()
  @UseGuards(LoginGuard)
  @ApiProblems(LoginFailedError, LoginThrottledError)
  @ApiOperation({ operationId: 'signIn' })
  @ApiOkResponse({ type: SessionDto, example: staffSession, headers: setsCookie })
  async login(
    @Ctx() ctx: RequestContext,
    @Body() dto: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    const { session, token, device } = await this.auth.login(ctx, dto, {
      session: presentedSessionToken(request),
      device: presentedDeviceToken(request),
    });
    setSessionCookie(request, reply, token, session.expiresAt);
    setDeviceCookie(request, reply, device.token, device.expiresAt);
    reply.header('Cache-Control', 'no-store');
    return toSessionDto(session);
  }

  /** Sign out. Ends the current session at once and clears its cookie. */
  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Authenticated()
  @Matched()
  @ApiProblems(SessionNotFoundError)
  @ApiOperation({ operationId: 'signOut' })
  @ApiNoContentResponse({ headers: setsCookie })
  async logout(
    @Ctx() ctx: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.endCurrent(ctx);
    clearSessionCookie(request, reply);
  }

  /** Change your own password. Requires the current password. Ends your other sessions. */
  @Post('password')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Authenticated()
  @ApiProblems(NoPasswordError, LoginThrottledError)
  @ApiOperation({ operationId: 'changePassword' })
  @ApiNoContentResponse()
  async changePassword(@Ctx() ctx: RequestContext, @Body() dto: ChangePasswordDto): Promise<void> {
    await this.auth.changePassword(ctx, dto);
  }
}
