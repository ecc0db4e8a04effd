import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { PreconditionRequiredError, type RequestContext } from '@waybill/core';
import { ApiProblems, Ctx, ETag, Location, Matched, RequireScopes, UuidId } from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import { sessionsScopes } from '../sessions.scopes';
import { ScopeNotHeldError } from '../api-keys/api-keys.errors';
import { ChangeUserDto, CreateUserDto, ListUsersQuery, toUserDto, UserDto, UserPage } from './users.dto';
import { EmailTakenError, LastAdministratorError, UserNotFoundError } from './users.errors';
import { UsersService } from './users.service';

@ApiTags('sessions')
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /** Add a user. It sets a password, so that an Idempotency-Key is ignored; the email address can be taken once. */
  @Post()
  @RequireScopes(sessionsScopes.manageUsers)
  @ETag()
  @Location<UserDto>(({ id }) => `/api/v1/users/${id}`)
  @ApiProblems(EmailTakenError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'createUser' })
  @ApiCreatedResponse({ type: UserDto })
  async create(@Ctx() ctx: RequestContext, @Body() dto: CreateUserDto): Promise<UserDto> {
    return toUserDto(await this.users.create(ctx, dto));
  }

  /** List users, newest first. */
  @Get()
  @RequireScopes(sessionsScopes.manageUsers)
  @ApiOperation({ operationId: 'listUsers' })
  @ApiOkResponse({ type: UserPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListUsersQuery): Promise<UserPage> {
    const page = await this.users.list(ctx, query);
    return { ...page, items: page.items.map(toUserDto) };
  }

  /** Show a user. */
  @Get(':id')
  @RequireScopes(sessionsScopes.manageUsers)
  @ETag()
  @ApiProblems(UserNotFoundError)
  @ApiOperation({ operationId: 'getUser' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: UserDto })
  async get(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<UserDto> {
    return toUserDto(await this.users.get(ctx, id));
  }

  /**
   * Change a user: the role, whether they may sign in, or somebody else's password. The latter two end the sessions at once. API keys
   * that the user made work on, unless they are revoked by the same request: GET /api/v1/api-keys?created_by={id}&active=true lists
   * them.
   */
  @Patch(':id')
  @RequireScopes(sessionsScopes.manageUsers)
  @ETag()
  @Matched()
  @ApiProblems(UserNotFoundError, PreconditionRequiredError, LastAdministratorError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'changeUser' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: UserDto })
  async change(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: ChangeUserDto,
  ): Promise<UserDto> {
    return toUserDto(await this.users.change(ctx, id, dto));
  }
}
