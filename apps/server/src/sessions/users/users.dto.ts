import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn } from 'class-validator';
import { IsEmailAddress, IsText, ListQuery, Optional } from '@waybill/http';
import { type Role, roles } from './roles';
import type { UserRow } from './users.repository';

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

/** What a user is made with. */
export class CreateUserDto {
  /**
   * What the user signs in with, in whatever case and Unicode form; all of it visible.
   * @example "vera@example.com"
   */
  @IsEmailAddress()
  email!: string;

  /**
   * A fixed set of scopes.
   * @example "agent"
   */
  @ApiProperty({ enum: roles })
  @IsIn(roles)
  role!: Role;

  /**
   * 12 to 128 characters, and none of the common ones.
   * @example "seven wet herons on a roof"
   */
  @ApiProperty({ format: 'password' })
  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  password!: string;
}

/** What to change of a user. */
export class ChangeUserDto {
  /** @example "operator" */
  @ApiProperty({ enum: roles })
  @Optional()
  @IsIn(roles)
  role?: Role;

  /**
   * Whether the user may sign in no more. It ends the user's sessions.
   * @example false
   */
  @Optional()
  @IsBoolean()
  disabled?: boolean;

  /**
   * A new password, of 12 to 128 characters and none of the common ones. It ends the user's sessions.
   * @example "seven wet herons on a roof"
   */
  @ApiProperty({ format: 'password' })
  @Optional()
  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  password?: string;

  /**
   * Whether to revoke the API keys that the user made, also through keys of theirs; it takes `keys:manage`, and every scope of these
   * keys. Left out, they work on.
   * @example false
   */
  @Optional()
  @IsBoolean()
  revoke_api_keys?: boolean;
}

/** Somebody of the staff. */
export class UserDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "vera@example.com" */
  email!: string;

  /** @example "agent" */
  @ApiProperty({ enum: roles })
  role!: Role;

  /** @example false */
  disabled!: boolean;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;
}

/** A page of users, newest first. */
export class UserPage {
  items!: UserDto[];

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}

/** What users are listed by. */
export class ListUsersQuery extends ListQuery {
  /** Only users of this role. */
  @ApiProperty({ enum: roles })
  @Optional()
  @IsIn(roles)
  role?: Role;

  /** Only users who are disabled, or only those who are not. */
  @Optional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)))
  @IsBoolean({ message: '$property must be true or false' })
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
