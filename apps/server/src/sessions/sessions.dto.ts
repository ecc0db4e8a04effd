import { ApiProperty } from '@nestjs/swagger';
import type { SessionRow } from './sessions.repository';

/** A session, without what proves it. */
export class SessionDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** What sort of caller it is. */
  kind!: 'anonymous';

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /** @example "2026-12-21T09:00:00.000Z" */
  expires_at!: Date;
}

export function toSessionDto(row: SessionRow): SessionDto {
  return { id: row.id, kind: 'anonymous', created_at: row.createdAt, expires_at: row.expiresAt };
}
