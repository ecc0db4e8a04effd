import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { ApiProblems, Authenticated, Ctx, ETag } from '@waybill/http';
import { SessionNotFoundError } from '../sessions/sessions.errors';
import { MeDto } from './me.dto';
import { MeService } from './me.service';

@ApiTags('sessions')
@Controller('api/v1/me')
export class MeController {
  constructor(private readonly me: MeService) {}

  /** Get the caller of this request. Returns the session or API key of this request, with its user, scopes and expiry time. */
  @Get()
  @Authenticated()
  @ETag()
  @ApiProblems(SessionNotFoundError)
  @ApiOperation({ operationId: 'getMe' })
  @ApiOkResponse({ type: MeDto })
  async get(@Ctx() ctx: RequestContext): Promise<MeDto> {
    return this.me.get(ctx);
  }
}
