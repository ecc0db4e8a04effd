import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import type { AuditEntryRow, AuditFilters } from '@waybill/audit';
import { IsText, IsTimestamp, ListQuery, Optional } from '@waybill/http';

/** What audit entries are listed by. */
export class ListAuditEntriesQuery extends ListQuery {
  /** Only what this user, session or API key did. */
  @ApiProperty({ format: 'uuid' })
  @Optional()
  @IsUUID()
  actor?: string;

  /** Only this action, such as `user.created`. */
  @Optional()
  @IsText(1, 100)
  action?: string;

  /** Only what was done to things of this kind, such as `user`. */
  @Optional()
  @IsText(1, 100)
  target_kind?: string;

  /** Only what was done to the thing with this id. */
  @Optional()
  @IsText(1, 256)
  target_id?: string;

  /** Only from this time on. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  from?: string;

  /** Only before this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  to?: string;
}

/** Who did something. */
export class AuditActorDto {
  /** @example "staff" */
  @ApiProperty({ enum: ['staff', 'api_key', 'command_line', 'system'] })
  kind!: AuditEntryRow['actorKind'];

  /**
   * The session's or the API key's.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  id!: string | null;

  /**
   * The user who was signed in.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  user_id!: string | null;

  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d13" */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  owner_id!: string | null;
}

/** What something was done to. */
export class AuditTargetDto {
  /** @example "user" */
  kind!: string;

  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d14" */
  id!: string;
}

/** From where something was done. */
export class AuditOriginDto {
  /** @example "192.0.2.1" */
  address!: string | null;

  /** @example "curl/8.16.0" */
  user_agent!: string | null;

  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d15" */
  request_id!: string | null;
}

const value = {
  anyOf: [
    ...['string', 'number', 'boolean', 'null'].map((type) => ({ type })),
    { type: 'array', items: { type: 'string' } },
  ],
};
type AuditValue = string | number | boolean | string[] | null;

/** A field that was set or changed; it is never a secret. */
export class AuditChangeDto {
  /** @example "role" */
  field!: string;

  /** What it was; null where it is new. */
  @ApiProperty({ ...value, example: 'agent' })
  from!: AuditValue;

  /** What it became. */
  @ApiProperty({ ...value, example: 'operator' })
  to!: AuditValue;
}

/** Something that staff, a key or the system did. */
export class AuditEntryDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d16" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "2026-11-21T09:00:00.000Z" */
  at!: Date;

  actor!: AuditActorDto;

  /** @example "user.role_changed" */
  action!: string;

  target!: AuditTargetDto;

  /** By the name of the field. */
  changes!: AuditChangeDto[];

  origin!: AuditOriginDto;
}

/** A page of audit entries, newest first. */
export class AuditEntryPage {
  items!: AuditEntryDto[];

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}

export function toAuditFilters(query: ListAuditEntriesQuery): AuditFilters {
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return {
    actor: query.actor?.toLowerCase(),
    action: query.action,
    targetKind: query.target_kind,
    targetId: query.target_id,
    from: timeOf(query.from),
    to: timeOf(query.to),
  };
}

export function toAuditEntryDto(row: AuditEntryRow): AuditEntryDto {
  return {
    id: row.id,
    at: row.at,
    actor: { kind: row.actorKind, id: row.actorId, user_id: row.actorUserId, owner_id: row.actorOwnerId },
    action: row.action,
    target: { kind: row.targetKind, id: row.targetId },
    changes: Object.entries(row.changes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, change]) => toChangeDto(field, change)),
    origin: { address: row.address, user_agent: row.userAgent, request_id: row.requestId },
  };
}

// Kept as what a field became, or as what it was and became.
function toChangeDto(
  field: string,
  change: AuditValue | { from: AuditValue; to: AuditValue },
): AuditChangeDto {
  const isBoth = typeof change === 'object' && change !== null && 'to' in change;
  return isBoth ? { field, from: change.from, to: change.to } : { field, from: null, to: change };
}
