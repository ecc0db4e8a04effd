import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { PreconditionRequiredError, type RequestContext } from '@waybill/core';
import { ApiProblems, Ctx, ETag, Location, Matched, RequireScopes, UuidId } from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import {
  ApiKeyDto,
  ApiKeyPage,
  ChangeApiKeyDto,
  CreateApiKeyDto,
  ListApiKeysQuery,
  NewApiKeyDto,
  RotateApiKeyDto,
  toApiKeyDto,
  toNewApiKeyDto,
} from './api-keys.dto';
import { sessionsScopes } from '../sessions.scopes';
import { createdKey, rotatedKey } from './api-keys.examples';
import { ApiKeyNotActiveError, ApiKeyNotFoundError, ScopeNotHeldError } from './api-keys.errors';
import { ApiKeysService } from './api-keys.service';

@ApiTags('api-keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /** Create an API key. The reply contains the key, which you cannot read again. Ignores `Idempotency-Key`. */
  @Post()
  @RequireScopes(sessionsScopes.manageKeys)
  @Location<ApiKeyDto>(({ id }) => `/api/v1/api-keys/${id}`)
  @ApiProblems(ScopeNotHeldError)
  @ApiOperation({ operationId: 'createApiKey' })
  @ApiCreatedResponse({ type: NewApiKeyDto, example: createdKey })
  async create(@Ctx() ctx: RequestContext, @Body() dto: CreateApiKeyDto): Promise<NewApiKeyDto> {
    return toNewApiKeyDto(await this.keys.create(ctx, dto));
  }

  /** List API keys. Newest first. */
  @Get()
  @RequireScopes(sessionsScopes.manageKeys)
  @ApiOperation({ operationId: 'listApiKeys' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListApiKeysQuery): Promise<ApiKeyPage> {
    const page = await this.keys.list(ctx, query);
    return { ...page, items: page.items.map(toApiKeyDto) };
  }

  /** Get an API key. */
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

  /** Rename an API key. You need every scope that the key has. */
  @Patch(':id')
  @RequireScopes(sessionsScopes.manageKeys)
  @ETag()
  @Matched()
  @ApiProblems(ApiKeyNotFoundError, PreconditionRequiredError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'renameApiKey' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: ApiKeyDto })
  async rename(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: ChangeApiKeyDto,
  ): Promise<ApiKeyDto> {
    return toApiKeyDto(await this.keys.rename(ctx, id, dto));
  }

  /** Rotate an API key. Creates a key with the same name and scopes, and with access to the same packages, orders and tickets. The old key stays valid for `overlap_seconds`. */
  @Post(':id/rotate')
  @RequireScopes(sessionsScopes.manageKeys)
  @Location<ApiKeyDto>(({ id }) => `/api/v1/api-keys/${id}`)
  @Matched()
  @ApiProblems(ApiKeyNotFoundError, ApiKeyNotActiveError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'rotateApiKey' })
  @ApiBody({ type: RotateApiKeyDto, required: false })
  @ApiParam(uuidParameter('id'))
  @ApiCreatedResponse({ type: NewApiKeyDto, example: rotatedKey })
  async rotate(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: RotateApiKeyDto,
  ): Promise<NewApiKeyDto> {
    return toNewApiKeyDto(await this.keys.rotate(ctx, id, dto));
  }

  /** Revoke an API key. Takes effect at once. You need every scope that the key has. */
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
