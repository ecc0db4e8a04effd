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
import { sessionsScopes } from '../sessions.scopes';
import { ScopeNotHeldError } from '../api-keys/api-keys.errors';
import { ChangeUserDto, CreateUserDto, ListUsersQuery, toUserDto, UserDto, UserPage } from './users.dto';
import { changedUser } from './users.examples';
import { EmailTakenError, LastAdministratorError, UserNotFoundError } from './users.errors';
import { UsersService } from './users.service';

@ApiTags('users')
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /** Create a user. The email address must be new. Ignores `Idempotency-Key`, because the request contains a password. */
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

  /** List users. Newest first. */
  @Get()
  @RequireScopes(sessionsScopes.manageUsers)
  @ApiOperation({ operationId: 'listUsers' })
  @ApiOkResponse({ type: UserPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListUsersQuery): Promise<UserPage> {
    const page = await this.users.list(ctx, query);
    return { ...page, items: page.items.map(toUserDto) };
  }

  /** Get a user. */
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
   * Update a user. Changes the role, disables or enables the user, or resets the password. Disabling a user and resetting a password
   * end the user's sessions at once. The user's API keys stay valid unless you set `revoke_api_keys`. To list them, call
   * `GET /api/v1/api-keys?created_by={id}&active=true`. To change your own password, call `POST /api/v1/auth/password`.
   */
  @Patch(':id')
  @RequireScopes(sessionsScopes.manageUsers)
  @ETag()
  @Matched()
  @ApiProblems(UserNotFoundError, PreconditionRequiredError, LastAdministratorError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'changeUser' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: UserDto, example: changedUser })
  async change(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() dto: ChangeUserDto,
  ): Promise<UserDto> {
    return toUserDto(await this.users.change(ctx, id, dto));
  }

  /**
   * Lift a user's sign-in throttle. Resets the failed sign-in count of this account, so that the user can sign in at once. The
   * counts per IP address do not change. Also succeeds if the user is not throttled. You need every scope that the user has.
   */
  @Delete(':id/throttle')
  @HttpCode(HttpStatus.NO_CONTENT)
  @RequireScopes(sessionsScopes.manageUsers)
  @Matched()
  @ApiProblems(UserNotFoundError, ScopeNotHeldError)
  @ApiOperation({ operationId: 'liftUserThrottle' })
  @ApiParam(uuidParameter('id'))
  @ApiNoContentResponse()
  async liftThrottle(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<void> {
    await this.users.liftThrottle(ctx, id);
  }
}
