import { ApiProperty } from '@nestjs/swagger';
import type { SessionRow } from './sessions.repository';

/** A session. */
export class SessionDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `anonymous` for a customer, `staff` for a user who signed in.
   * @example "anonymous"
   */
  @ApiProperty({ enum: ['anonymous', 'staff'] })
  kind!: 'anonymous' | 'staff';

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /** @example "2026-12-21T09:00:00.000Z" */
  expires_at!: Date;
}

/** One of your sessions. */
export class ListedSessionDto extends SessionDto {
  /**
   * `User-Agent` of the request that started the session.
   * @example "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
   */
  device!: string | null;

  /**
   * Time of the last request, accurate to a minute.
   * @example "2026-11-21T09:30:00.000Z"
   */
  last_used_at!: Date;

  /**
   * `true` for the session of this request.
   * @example true
   */
  current!: boolean;
}

/** A page of your sessions, newest first. */
export class SessionPage {
  items!: ListedSessionDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export function toSessionDto(row: SessionRow): SessionDto {
  return {
    id: row.id,
    kind: row.userId === null ? 'anonymous' : 'staff',
    created_at: row.createdAt,
    expires_at: row.expiresAt,
  };
}

/** @param currentId the session of the request. */
export function toListedSessionDto(row: SessionRow, currentId: string): ListedSessionDto {
  return {
    ...toSessionDto(row),
    device: row.device,
    last_used_at: row.lastUsedAt,
    current: row.id === currentId,
  };
}
