import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { ApiProblems, Ctx, ETag, Location, Matched, RequireScopes, UuidId } from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import {
  ApiKeyDto,
  ApiKeyPage,
  CreateApiKeyDto,
  ListApiKeysQuery,
  NewApiKeyDto,
  RotateApiKeyDto,
  toApiKeyDto,
  toNewApiKeyDto,
} from './api-keys.dto';
import { sessionsScopes } from '../sessions.scopes';
import { ApiKeyNotActiveError, ApiKeyNotFoundError, ScopeNotHeldError } from './api-keys.errors';
import { ApiKeysService } from './api-keys.service';

@ApiTags('sessions')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /** Make an API key. The key itself is in this reply and nowhere else, so that an Idempotency-Key is ignored. */
  @Post()
  @RequireScopes(sessionsScopes.manageKeys)
  @Location<ApiKeyDto>(({ id }) => `/api/v1/api-keys/${id}`)
  @ApiProblems(ScopeNotHeldError)
  @ApiOperation({ operationId: 'createApiKey' })
  @ApiCreatedResponse({ type: NewApiKeyDto })
  async create(@Ctx() ctx: RequestContext, @Body() dto: CreateApiKeyDto): Promise<NewApiKeyDto> {
    return toNewApiKeyDto(await this.keys.create(ctx, dto));
  }

  /** List API keys, newest first: all, or those that somebody made. */
  @Get()
  @RequireScopes(sessionsScopes.manageKeys)
  @ApiOperation({ operationId: 'listApiKeys' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListApiKeysQuery): Promise<ApiKeyPage> {
    const page = await this.keys.list(ctx, query);
    return { ...page, items: page.items.map(toApiKeyDto) };
  }

  /** Show an API key. */
  @Get(':id')
  @RequireScopes(sessionsScopes.manageKeys)
  @ETag()
  @ApiProblems(ApiKeyNotFoundError)
  @ApiOperation({ operationId: 'getApiKey' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: ApiKeyDto })
  async get(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<ApiKeyDto> {
    return toApiKeyDto(await this.keys.get(ctx, id));
  }

  /** Make a key that takes another's place. It has the same name, scopes and packages; the old one works on for the overlap. */
  @Post(':id/rotate')
  @RequireScopes(sessionsScopes.manageKeys)
  @Location<ApiKeyDto>(({ id }) => `/api/v1/api-keys/${id}`)
  @Matched()
  @ApiProblems(ApiKeyNotFoundError, ApiKeyNotActiveError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'rotateApiKey' })
  @ApiBody({ type: RotateApiKeyDto, required: false })
  @ApiParam(uuidParameter('id'))
  @ApiCreatedResponse({ type: NewApiKeyDto })
  async rotate(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: RotateApiKeyDto,
  ): Promise<NewApiKeyDto> {
    return toNewApiKeyDto(await this.keys.rotate(ctx, id, dto));
  }

  /** Revoke an API key that may do nothing that you may not. It stops at once, everywhere. */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @RequireScopes(sessionsScopes.manageKeys)
  @Matched()
  @ApiProblems(ApiKeyNotFoundError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'revokeApiKey' })
  @ApiParam(uuidParameter('id'))
  @ApiNoContentResponse()
  async revoke(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<void> {
    await this.keys.revoke(ctx, id);
  }
}
