import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { type Scope, scopes } from '@waybill/core';
import { IsText, IsTimestamp, IsWholeNumber, ListQuery, Optional } from '@waybill/http';
import { Transform } from 'class-transformer';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsBoolean, IsIn, IsUUID } from 'class-validator';
import type { ApiKeyRow } from './api-keys.repository';

const DAY_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 30 * DAY_SECONDS;
export const DEFAULT_OVERLAP_SECONDS = DAY_SECONDS;

// The list grows when the modules register theirs, after this file is loaded: swagger must not look into it yet.
const SCOPES = {
  type: 'array',
  items: { type: 'string', enum: scopes as Scope[] },
  example: ['packages:read', 'packages:read_all'],
} as const satisfies ApiPropertyOptions;

/** What an API key is made with. */
export class CreateApiKeyDto {
  /**
   * Who or what uses it.
   * @example "Warehouse import"
   */
  @IsText(1, 100)
  name!: string;

  /** What it may do: nothing that you may not do yourself. */
  @ApiProperty(SCOPES)
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(scopes, { each: true })
  scopes!: Scope[];

  /**
   * From when on it opens nothing; left out: never.
   * @example "2027-11-21T09:00:00Z"
   */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  expires_at?: string;
}

/** How an API key is rotated. */
export class RotateApiKeyDto {
  /**
   * How long the old key still works beside the new one.
   * @example 86400
   */
  @ApiProperty({ default: DEFAULT_OVERLAP_SECONDS })
  @Optional()
  @IsWholeNumber(0, MAX_OVERLAP_SECONDS)
  overlap_seconds?: number;

  /**
   * From when on the new key opens nothing; left out: it lives as long as the old one was to.
   * @example "2027-11-21T09:00:00Z"
   */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  expires_at?: string;
}

/** What API keys are listed by. */
export class ListApiKeysQuery extends ListQuery {
  /** Only those that go back to this user, or that this API key made. */
  @ApiProperty({ format: 'uuid', required: false })
  @Optional()
  @IsUUID()
  created_by?: string;

  /** Only those that still open something, or only those that do no more. */
  @Optional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)))
  @IsBoolean({ message: '$property must be true or false' })
  active?: boolean;
}

/** Who made an API key. */
export class ApiKeyMakerDto {
  /**
   * A user who was signed in, or an API key.
   * @example "user"
   */
  @ApiProperty({ enum: ['user', 'api_key'] })
  kind!: 'user' | 'api_key';

  /**
   * The user's or the API key's.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * The user whom it goes back to, also through keys that made keys; null where that is the key of the start.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  user_id!: string | null;
}

/** An API key, without what proves it. */
export class ApiKeyDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "Warehouse import" */
  name!: string;

  /**
   * What it begins with, to know it by; `(configured)` for one that the configuration gives.
   * @example "waybill_4fGh2K"
   */
  prefix!: string;

  @ApiProperty(SCOPES)
  scopes!: Scope[];

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Who made it, by rotation too; null for the key of the start, and for one that is older than this field.
   * @example { "kind": "user", "id": "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12", "user_id": "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12" }
   */
  created_by!: ApiKeyMakerDto | null;

  /** @example "2027-11-21T09:00:00.000Z" */
  expires_at!: Date | null;

  /** @example null */
  revoked_at!: Date | null;

  /**
   * To the minute. It is no part of the `ETag`.
   * @example "2026-11-21T09:30:00.000Z"
   */
  last_used_at!: Date | null;

  /**
   * The key that took its place by rotation.
   * @example null
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  replaced_by_id!: string | null;
}

/** A new API key, with what proves it: this is the only time that it is shown. */
export class NewApiKeyDto extends ApiKeyDto {
  /**
   * To be sent as `Authorization: Bearer …`.
   * @example "waybill_… (57 characters)"
   */
  key!: string;
}

/** A page of API keys, newest first. */
export class ApiKeyPage {
  items!: ApiKeyDto[];

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}

export function toApiKeyDto(row: ApiKeyRow): ApiKeyDto {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    created_at: row.createdAt,
    created_by: makerOf(row),
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
    replaced_by_id: row.replacedById,
  };
}

function makerOf({ createdByUserId, createdByKeyId }: ApiKeyRow): ApiKeyMakerDto | null {
  if (createdByKeyId !== null) return { kind: 'api_key', id: createdByKeyId, user_id: createdByUserId };
  return createdByUserId === null ? null : { kind: 'user', id: createdByUserId, user_id: createdByUserId };
}

export const toNewApiKeyDto = ({ row, key }: { row: ApiKeyRow; key: string }): NewApiKeyDto => ({
  ...toApiKeyDto(row),
  key,
});
