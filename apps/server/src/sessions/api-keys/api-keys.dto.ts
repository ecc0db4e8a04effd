import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { type Scope, scopes } from '@waybill/core';
import { FromTrueOrFalse, IsText, IsTimestamp, IsWholeNumber, ListQuery, Optional } from '@waybill/http';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsUUID } from 'class-validator';
import type { ApiKeyRow } from './api-keys.repository';

const DAY_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 30 * DAY_SECONDS;
export const DEFAULT_OVERLAP_SECONDS = DAY_SECONDS;

// Resolved lazily: the modules register their scopes after this file is loaded, so swagger must not read the list yet.
const SCOPES = {
  type: 'array',
  items: { type: 'string', enum: scopes as Scope[] },
  example: ['packages:read', 'packages:read_all'],
} as const satisfies ApiPropertyOptions;

/** An API key to create. */
export class CreateApiKeyDto {
  /**
   * Name of the program or person that uses the key.
   * @example "Warehouse import"
   */
  @IsText(1, 100)
  name!: string;

  /** Scopes of the key. You can only grant scopes that you have. */
  @ApiProperty(SCOPES)
  @IsArray()
  @ArrayNotEmpty({ message: '$property must not be empty' })
  @ArrayUnique({ message: '$property must not contain a scope twice' })
  @IsIn(scopes, { each: true, message: '$property must contain only these values: $constraint1' })
  scopes!: Scope[];

  /**
   * Expiry time. Omit for no expiry.
   * @example "2030-01-01T00:00:00Z"
   */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  expires_at?: string;
}

/** A new name for an API key. */
export class ChangeApiKeyDto {
  /**
   * Name of the program or person that uses the key.
   * @example "Warehouse import"
   */
  @IsText(1, 100)
  name!: string;
}

/** Options for a rotation. */
export class RotateApiKeyDto {
  /**
   * Seconds for which the old key stays valid.
   * @example 86400
   */
  @ApiProperty({ default: DEFAULT_OVERLAP_SECONDS })
  @Optional()
  @IsWholeNumber(0, MAX_OVERLAP_SECONDS)
  overlap_seconds?: number;

  /**
   * Expiry time of the new key. Omit to keep the expiry time of the old key.
   * @example "2030-01-01T00:00:00Z"
   */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  expires_at?: string;
}

/** Filters for a list of API keys. */
export class ListApiKeysQuery extends ListQuery {
  /** Return only keys created by this user or API key. For a user, this includes the keys that their API keys created. */
  @ApiProperty({ format: 'uuid', required: false })
  @Optional()
  @IsUUID()
  created_by?: string;

  /** `true`: return only valid keys. `false`: return only expired and revoked keys. */
  @Optional()
  @FromTrueOrFalse()
  active?: boolean;
}

/** Who created an API key. */
export class ApiKeyCreatorDto {
  /**
   * `user` for a user who was signed in, `api_key` for another API key.
   * @example "user"
   */
  @ApiProperty({ enum: ['user', 'api_key'] })
  kind!: 'user' | 'api_key';

  /**
   * ID of the user or API key.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * ID of the user who created the key, directly or with an API key. Null if the key was created with an API key that no user
   * created, such as the bootstrap key.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  user_id!: string | null;
}

/** An API key, without its secret. */
export class ApiKeyDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "Warehouse import" */
  name!: string;

  /**
   * First characters of the key. `(configured)` for a key from the configuration.
   * @example "waybill_4fGh2K"
   */
  prefix!: string;

  @ApiProperty(SCOPES)
  scopes!: Scope[];

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Who created or rotated the key. Null for the bootstrap key, for keys created with `npm run admin`, and for keys created before
   * this field existed.
   * @example { "kind": "user", "id": "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12", "user_id": "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12" }
   */
  created_by!: ApiKeyCreatorDto | null;

  /**
   * Null if the key does not expire.
   * @example "2030-01-01T00:00:00.000Z"
   */
  expires_at!: Date | null;

  /**
   * Null unless the key was revoked.
   * @example null
   */
  revoked_at!: Date | null;

  /**
   * Time of the last request, accurate to a minute. Does not change the `ETag`.
   * @example "2026-11-21T09:30:00.000Z"
   */
  last_used_at!: Date | null;

  /**
   * ID of the key that replaced this one by rotation. Null if there is none.
   * @example null
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  replaced_by_id!: string | null;
}

/** A new API key with its secret, which is shown only once. */
export class NewApiKeyDto extends ApiKeyDto {
  /**
   * The key. Send it as `Authorization: Bearer <key>`.
   * @example "waybill_4fGh2KxQ7mNpRt9vWzYb3cDeFgHjLaSdFqWeRtYuIoPzXcVbN"
   */
  key!: string;
}

/** A page of API keys, newest first. */
export class ApiKeyPage {
  items!: ApiKeyDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export function toApiKeyDto(row: ApiKeyRow): ApiKeyDto {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    created_at: row.createdAt,
    created_by: creatorOf(row),
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
    replaced_by_id: row.replacedById,
  };
}

function creatorOf({ createdByUserId, createdByKeyId }: ApiKeyRow): ApiKeyCreatorDto | null {
  if (createdByKeyId !== null) return { kind: 'api_key', id: createdByKeyId, user_id: createdByUserId };
  return createdByUserId === null ? null : { kind: 'user', id: createdByUserId, user_id: createdByUserId };
}

export const toNewApiKeyDto = ({ row, key }: { row: ApiKeyRow; key: string }): NewApiKeyDto => ({
  ...toApiKeyDto(row),
  key,
});
