import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { FromTrueOrFalse, IsEmailAddress, IsText, ListQuery, NormalEmail, Optional } from '@waybill/http';
import { type Role, roles } from './roles';
import type { UserRow } from './users.repository';

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

/** A user to create. */
export class CreateUserDto {
  /**
   * Email address for signing in. It is stored in lower case. Invisible characters are refused.
   * @example "vera@example.com"
   */
  @IsEmailAddress()
  email!: string;

  /**
   * Role, which sets the user's scopes.
   * @example "agent"
   */
  @ApiProperty({ enum: roles })
  @IsIn(roles)
  role!: Role;

  /**
   * Password of 12 to 128 characters. Common passwords are refused.
   * @example "seven wet herons on a roof"
   */
  @ApiProperty({ format: 'password' })
  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  password!: string;
}

/** Changes to a user. Omitted fields stay as they are. */
export class ChangeUserDto {
  /** @example "operator" */
  @ApiProperty({ enum: roles })
  @Optional()
  @IsIn(roles)
  role?: Role;

  /**
   * `true`: the user cannot sign in, and all their sessions end.
   * @example false
   */
  @Optional()
  @IsBoolean()
  disabled?: boolean;

  /**
   * New password of 12 to 128 characters. Common passwords are refused. All the user's sessions end.
   * @example "seven wet herons on a roof"
   */
  @ApiProperty({ format: 'password' })
  @Optional()
  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  password?: string;

  /**
   * `true`: revoke the API keys that the user created, and the keys that those keys created. Requires the scope `keys:manage` and
   * every scope that these keys have. Default: the keys stay valid.
   * @example false
   */
  @Optional()
  @IsBoolean()
  revoke_api_keys?: boolean;
}

/** A staff user. */
export class UserDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "vera@example.com" */
  email!: string;

  /** @example "agent" */
  @ApiProperty({ enum: roles })
  role!: Role;

  /**
   * `true` if the user cannot sign in.
   * @example false
   */
  disabled!: boolean;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;
}

/** A page of users, newest first. */
export class UserPage {
  items!: UserDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** Filters for a list of users. */
export class ListUsersQuery extends ListQuery {
  /** Return only the user with this email address. Letter case is ignored, as at sign-in. */
  @Optional()
  @NormalEmail()
  @IsText(1, 254)
  email?: string;

  /** Return only users with this role. */
  @ApiProperty({ enum: roles })
  @Optional()
  @IsIn(roles)
  role?: Role;

  /** `true`: return only disabled users. `false`: return only enabled users. */
  @Optional()
  @FromTrueOrFalse()
  disabled?: boolean;
}

export function toUserDto(row: UserRow): UserDto {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    disabled: row.disabledAt !== null,
    created_at: row.createdAt,
  };
}
