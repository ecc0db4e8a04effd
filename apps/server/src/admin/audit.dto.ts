import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import type { AuditEntryRow, AuditFilters } from '@waybill/audit';
import { redacted } from '@waybill/core';
import { IsText, IsTimestamp, ListQuery, NormalEmail, Optional } from '@waybill/http';
import type { ActorNames } from '../sessions';
import { type AuditAction, auditActions } from './audit-actions';

/** Filters for a list of audit log entries. */
export class ListAuditEntriesQuery extends ListQuery {
  /** Return only entries whose actor is this user, session or API key. */
  @ApiProperty({ format: 'uuid' })
  @Optional()
  @IsUUID()
  actor?: string;

  /** Return only entries whose actor is the user with this email address. Letter case is ignored, as at sign-in. */
  @Optional()
  @NormalEmail()
  @IsText(1, 254)
  actor_email?: string;

  /** Return only entries whose actor is an API key that now has this name. */
  @Optional()
  @IsText(1, 100)
  actor_key_name?: string;

  /** Return only entries with this action. */
  @ApiProperty({ enum: auditActions, enumName: 'AuditAction' })
  @Optional()
  @IsIn(auditActions)
  action?: AuditAction;

  /** Return only entries with this kind of target, such as `user`. */
  @Optional()
  @IsText(1, 100)
  target_kind?: string;

  /** Return only entries whose target has this ID. */
  @Optional()
  @IsText(1, 256)
  target_id?: string;

  /** Return only entries at or after this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  from?: string;

  /** Return only entries before this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  to?: string;
}

/** Who made a change. */
export class AuditActorDto {
  /**
   * `command_line`: the command `npm run admin`. `anonymous`: a caller who failed to sign in.
   * @example "staff"
   */
  @ApiProperty({ enum: ['staff', 'api_key', 'command_line', 'system', 'anonymous'] })
  kind!: AuditEntryRow['actorKind'];

  /**
   * ID of the session or API key. Null for other kinds of actors.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  id!: string | null;

  /**
   * ID of the user who was signed in. Null if there was none.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  user_id!: string | null;

  /**
   * Email address of the user. Null if there was none.
   * @example "vera@example.com"
   */
  email!: string | null;

  /**
   * Current name of the API key. Null unless `kind` is `api_key`.
   * @example null
   */
  key_name!: string | null;

  /**
   * Owner ID of the session or API key. The packages, orders and tickets that it creates carry this ID.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d13"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  owner_id!: string | null;
}

/** What was changed. */
export class AuditTargetDto {
  /** @example "user" */
  kind!: string;

  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d14" */
  id!: string;
}

/** Where the request came from. */
export class AuditOriginDto {
  /**
   * IP address.
   * @example "192.0.2.1"
   */
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

/** A changed field. Secrets are never recorded. */
export class AuditChangeDto {
  /** @example "role" */
  field!: string;

  /** The old value. Null if the field is new. */
  @ApiProperty({ ...value, example: 'agent' })
  from!: AuditValue;

  /** The new value. */
  @ApiProperty({ ...value, example: 'operator' })
  to!: AuditValue;
}

/** An entry of the audit log. */
export class AuditEntryDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d16" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * Time of the change.
   * @example "2026-11-21T09:00:00.000Z"
   */
  at!: Date;

  actor!: AuditActorDto;

  /**
   * What was done.
   * @example "user.role_changed"
   */
  @ApiProperty({ enum: auditActions, enumName: 'AuditAction' })
  action!: AuditAction;

  target!: AuditTargetDto;

  /** The changed fields, sorted by name. */
  changes!: AuditChangeDto[];

  origin!: AuditOriginDto;
}

/** A page of audit entries, newest first. */
export class AuditEntryPage {
  items!: AuditEntryDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export function toAuditFilters(query: ListAuditEntriesQuery): AuditFilters {
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return {
    actor: query.actor?.toLowerCase(),
    actorEmail: query.actor_email,
    actorKeyName: query.actor_key_name,
    action: query.action,
    targetKind: query.target_kind,
    targetId: query.target_id,
    from: timeOf(query.from),
    to: timeOf(query.to),
  };
}

export function toAuditEntryDto(row: AuditEntryRow, names: ActorNames): AuditEntryDto {
  return {
    id: row.id,
    at: row.at,
    actor: toActorDto(row, names),
    action: row.action as AuditAction,
    target: { kind: row.targetKind, id: row.targetId },
    changes: Object.entries(row.changes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, change]) => toChangeDto(field, change)),
    origin: { address: row.address, user_agent: row.userAgent, request_id: row.requestId },
  };
}

function toActorDto(row: AuditEntryRow, { emails, keyNames }: ActorNames): AuditActorDto {
  // A name may contain a secret that someone pasted.
  const nameIn = (names: ReadonlyMap<string, string>, id: string | null): string | null => {
    const name = id === null ? undefined : names.get(id);
    return name === undefined ? null : redacted(name);
  };
  return {
    kind: row.actorKind,
    id: row.actorId,
    user_id: row.actorUserId,
    email: nameIn(emails, row.actorUserId),
    key_name: nameIn(keyNames, row.actorId),
    owner_id: row.actorOwnerId,
  };
}

// An entry stores a field's new value, or its old and new values.
function toChangeDto(
  field: string,
  change: AuditValue | { from: AuditValue; to: AuditValue },
): AuditChangeDto {
  const isBoth = typeof change === 'object' && change !== null && 'to' in change;
  return isBoth ? { field, from: change.from, to: change.to } : { field, from: null, to: change };
}
