import { ApiProperty } from '@nestjs/swagger';
import { redacted } from '@waybill/core';
import { IsText, Optional } from '@waybill/http';
import { Type } from 'class-transformer';
import { IsIn, IsObject, ValidateNested } from 'class-validator';
import type { ActorNames } from '../sessions';
import { type TicketCommentRow, visibilities, type Visibility } from './ticket-comment.entity';
import { statuses, type TicketStatus } from './ticket.entity';
import {
  type Author,
  authors,
  type ChangeableFields,
  eventTypes,
  type TicketEventEntity,
  type TicketEventType,
} from './ticket-event.entity';

const STATUS = { enum: statuses, enumName: 'TicketStatus' };
const VISIBILITY = {
  enum: visibilities,
  enumName: 'CommentVisibility',
  enumSchema: { description: '`internal`: only callers with `tickets:manage` see the comment.' },
};
const UUID = { type: String, format: 'uuid', nullable: true } as const;

/** A comment to write. */
export class NewCommentDto {
  /** @example "Your package arrives tomorrow." */
  @IsText(1, 20_000)
  text!: string;

  /**
   * Defaults to `public`. `internal` requires the scope `tickets:manage`.
   * @example "public"
   */
  @ApiProperty(VISIBILITY)
  @Optional()
  @IsIn(visibilities)
  visibility?: Visibility;
}

/** A comment to write, with the status that the ticket gets. */
export class WriteCommentDto extends NewCommentDto {
  /**
   * New status of the ticket. Omit to keep the status. Any status but `closed` requires the scope `tickets:manage`.
   * @example "answered"
   */
  @ApiProperty(STATUS)
  @Optional()
  @IsIn(statuses)
  transition?: TicketStatus;
}

/** A transition to make. */
export class TransitionTicketDto {
  /**
   * The new status. Any status but `closed` requires the scope `tickets:manage`.
   * @example "answered"
   */
  @ApiProperty(STATUS)
  @IsIn(statuses)
  to!: TicketStatus;

  /** A comment to write at the same time. */
  @Optional()
  @IsObject()
  @ValidateNested()
  @Type(() => NewCommentDto)
  comment?: NewCommentDto;
}

/** The author of a comment or a change. Only callers with `tickets:manage` see more than `kind`. */
export class TicketAuthorDto {
  /**
   * `staff`: a caller with `tickets:manage`. `customer`: a caller without it. `system`: a scheduled job.
   * @example "staff"
   */
  @ApiProperty({ enum: authors })
  kind!: Author;

  /**
   * ID of the user who was signed in. Null if there was none. Present only for callers with `tickets:manage`.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d14"
   */
  @ApiProperty(UUID)
  user_id?: string | null;

  /**
   * Email address of the user. Null if there was none. Present only for callers with `tickets:manage`.
   * @example "vera@example.com"
   */
  email?: string | null;

  /**
   * ID of the API key. Null if there was none. Present only for callers with `tickets:manage`.
   * @example null
   */
  @ApiProperty(UUID)
  api_key_id?: string | null;

  /**
   * Current name of the API key. Null if there was none. Present only for callers with `tickets:manage`.
   * @example null
   */
  key_name?: string | null;
}

/** A comment on a ticket. */
export class TicketCommentDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d15" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `internal`: only callers with `tickets:manage` see it.
   * @example "public"
   */
  @ApiProperty(VISIBILITY)
  visibility!: Visibility;

  /** @example "Your package arrives tomorrow." */
  text!: string;

  /**
   * New status of the ticket, if the comment changed it. Otherwise null.
   * @example "answered"
   */
  @ApiProperty({ ...STATUS, nullable: true })
  transition!: TicketStatus | null;

  author!: TicketAuthorDto;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;
}

/** A page of comments, oldest first. */
export class TicketCommentPage {
  items!: TicketCommentDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

const value = {
  anyOf: [...['string', 'null'].map((type) => ({ type })), { type: 'array', items: { type: 'string' } }],
};

/** A changed field. */
export class TicketChangeDto {
  /** @example "status" */
  @ApiProperty({ enum: ['status', 'subject', 'text', 'priority', 'tags', 'assignee_id'] })
  field!: string;

  /** The old value. Null if `field` is `text`: to read an old text, get the ticket with `as_of`. */
  @ApiProperty({ ...value, example: 'open' })
  from!: string | string[] | null;

  /** The new value. Null if `field` is `text`. */
  @ApiProperty({ ...value, example: 'answered' })
  to!: string | string[] | null;
}

/** An event in the history of a ticket. */
export class TicketEventDto {
  /** @example "transitioned" */
  @ApiProperty({ enum: eventTypes })
  type!: TicketEventType;

  /** @example "2026-11-21T09:00:00.000Z" */
  at!: Date;

  author!: TicketAuthorDto;

  /** The changed fields. Empty for a new ticket and for a comment. */
  changes!: TicketChangeDto[];

  /**
   * ID of the new comment. Null for other events.
   * @example null
   */
  @ApiProperty(UUID)
  comment_id!: string | null;
}

/** A page of events, oldest first. */
export class TicketEventPage {
  items!: TicketEventDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** Names of the authors; undefined for a caller who sees none. */
export type AuthorNames = ActorNames | undefined;

type AuthorColumns = Pick<TicketCommentRow, 'author' | 'userId' | 'apiKeyId'>;

function toAuthorDto({ author, userId, apiKeyId }: AuthorColumns, names: AuthorNames): TicketAuthorDto {
  if (!names) return { kind: author };
  const keyName = apiKeyId === null ? undefined : names.keyNames.get(apiKeyId);
  return {
    kind: author,
    user_id: userId,
    email: (userId !== null && names.emails.get(userId)) || null,
    api_key_id: apiKeyId,
    // A name may contain a secret that someone pasted.
    key_name: keyName === undefined ? null : redacted(keyName),
  };
}

export const toCommentDto = (row: TicketCommentRow, names: AuthorNames): TicketCommentDto => ({
  id: row.id,
  visibility: row.visibility,
  text: row.text,
  transition: row.transition,
  author: toAuthorDto(row, names),
  created_at: row.createdAt,
});

const FIELDS: Readonly<Record<keyof ChangeableFields, string>> = {
  status: 'status',
  subject: 'subject',
  text: 'text',
  priority: 'priority',
  tags: 'tags',
  assigneeId: 'assignee_id',
};

export const toEventDto = (row: TicketEventEntity, names: AuthorNames): TicketEventDto => ({
  type: row.type,
  at: row.at,
  author: toAuthorDto(row, names),
  changes: row.type === 'opened' ? [] : toChangeDtos(row.changes),
  comment_id: row.commentId,
});

// A list of texts would be large, so a change of the text is shown without its values.
function toChangeDtos(changes: TicketEventEntity['changes']): TicketChangeDto[] {
  return Object.entries(FIELDS).flatMap(([key, field]) => {
    const change = changes[key as keyof ChangeableFields];
    if (!change) return [];
    return field === 'text'
      ? { field, from: null, to: null }
      : { field, from: change.from ?? null, to: change.to };
  });
}
