import { ApiProperty } from '@nestjs/swagger';
import {
  FromDigits,
  IsEmailAddress,
  IsIntegerId,
  IsText,
  IsTimestamp,
  IsWholeNumber,
  ListQuery,
  NormalEmail,
  Nullable,
  Optional,
} from '@waybill/http';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, ValidateBy } from 'class-validator';
import {
  priorities,
  statuses,
  type TicketPriority,
  type TicketRow,
  type TicketStatus,
} from './ticket.entity';

const MAX_TAGS = 20;
const UUID = { type: String, format: 'uuid', nullable: true } as const;
const STATUS = { enum: statuses, enumName: 'TicketStatus' };
const PRIORITY = {
  enum: priorities,
  enumName: 'TicketPriority',
  enumSchema: { description: 'Priority of a ticket.' },
};

/** A ticket to open. */
export class OpenTicketDto {
  /** @example "My package has not arrived" */
  @IsText(1, 200)
  subject!: string;

  /** @example "It was due on Monday. Where is it?" */
  @IsText(1, 20_000)
  text!: string;

  /**
   * Email address of the sender. It is stored in lower case.
   * @example "anna@example.com"
   */
  @IsEmailAddress()
  email!: string;

  /**
   * ID of the package that the ticket is about. Without `tickets:manage`, you can only link your own package.
   * @example null
   */
  @Optional()
  @Nullable()
  @IsIntegerId()
  package_id?: number | null;

  /**
   * UID of the order that the ticket is about. It is stored without checking that the order exists.
   * @example "b563feb7b2b84b6test"
   */
  @Optional()
  @Nullable()
  @IsText(1, 128)
  order_uid?: string | null;
}

/** A ticket that continues a closed one. */
export class OpenFollowUpDto {
  /**
   * Defaults to the subject of the closed ticket.
   * @example "My package has not arrived"
   */
  @Optional()
  @IsText(1, 200)
  subject?: string;

  /** @example "It has still not arrived." */
  @IsText(1, 20_000)
  text!: string;
}

/** Changes to a ticket (RFC 7396). Omitted fields stay as they are. */
export class EditTicketDto {
  /** @example "My package has not arrived" */
  @Optional()
  @IsText(1, 200)
  subject?: string;

  /** @example "It was due on Monday. Where is it?" */
  @Optional()
  @IsText(1, 20_000)
  text?: string;

  /**
   * Requires the scope `tickets:manage`.
   * @example "high"
   */
  @ApiProperty(PRIORITY)
  @Optional()
  @IsIn(priorities)
  priority?: TicketPriority;

  /**
   * Replaces all tags. Requires the scope `tickets:manage`.
   * @example ["lost"]
   */
  @ApiProperty({
    maxItems: MAX_TAGS,
    uniqueItems: true,
    items: { type: 'string', minLength: 1, maxLength: 50 },
  })
  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS, { message: `$property must have at most ${MAX_TAGS} items` })
  @ArrayUnique({ message: '$property must not repeat an item' })
  @IsText(1, 50, { each: true })
  tags?: string[];

  /**
   * ID of the staff user who handles the ticket. Send null to unassign the ticket. Requires the scope `tickets:manage`.
   * @example null
   */
  @ApiProperty(UUID)
  @Optional()
  @Nullable()
  @IsUUID()
  assignee_id?: string | null;
}

/** A staff user. */
export class TicketAssigneeDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d14" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "vera@example.com" */
  email!: string;
}

/** A ticket in a list. */
export class TicketSummaryDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `open`: no answer yet. `answered`: staff answered. `awaiting_reply`: the customer commented on the answer and is waiting for staff.
   * `closed`: final.
   * @example "open"
   */
  @ApiProperty(STATUS)
  status!: TicketStatus;

  /** @example "My package has not arrived" */
  subject!: string;

  /** @example "anna@example.com" */
  email!: string;

  /** @example null */
  package_id!: number | null;

  /**
   * UID of the order, as sent when the ticket was opened. The order may not exist. To look it up, call `GET /api/v1/orders/{order_uid}`.
   * @example "b563feb7b2b84b6test"
   */
  order_uid!: string | null;

  /**
   * ID of the closed ticket that this ticket continues. Null if there is none.
   * @example null
   */
  @ApiProperty(UUID)
  follow_up_of_id!: string | null;

  /**
   * ID of the ticket that continues this ticket. Null if there is none.
   * @example null
   */
  @ApiProperty(UUID)
  follow_up_id!: string | null;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Time of the last change or comment that you can see.
   * @example "2026-11-21T09:00:00.000Z"
   */
  updated_at!: Date;

  /**
   * Time at which the ticket was closed. Null unless the status is `closed`.
   * @example null
   */
  closed_at!: Date | null;

  /**
   * Present only for callers with `tickets:manage`.
   * @example "high"
   */
  @ApiProperty(PRIORITY)
  priority?: TicketPriority;

  /**
   * Present only for callers with `tickets:manage`.
   * @example ["lost"]
   */
  tags?: string[];

  /** The staff user who handles the ticket, or null. Present only for callers with `tickets:manage`. */
  assignee?: TicketAssigneeDto | null;
}

/** A support request. */
export class TicketDto extends TicketSummaryDto {
  /** @example "It was due on Monday. Where is it?" */
  text!: string;
}

/** A page of tickets, newest first. */
export class TicketPage {
  items!: TicketSummaryDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** What to show of a ticket. */
export class GetTicketQuery {
  /** Return the ticket as it was at this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  as_of?: string;
}

/** The value that filters for tickets without an assignee. */
export const NO_ASSIGNEE = 'none';

/** Filters for a list of tickets. */
export class ListTicketsQuery extends ListQuery {
  /** Return only tickets with this status. */
  @ApiProperty(STATUS)
  @Optional()
  @IsIn(statuses)
  status?: TicketStatus;

  /** Return only tickets that are assigned to the staff user with this ID. `none`: return only tickets without an assignee. Requires `tickets:manage`. */
  @Optional()
  @IsAssignee()
  assignee?: string;

  /** Return only tickets with this email address. Letter case is ignored. */
  @Optional()
  @NormalEmail()
  @IsText(1, 254)
  email?: string;

  /** Return only tickets with this tag. Requires `tickets:manage`. */
  @Optional()
  @IsText(1, 50)
  tag?: string;

  /** Return only tickets with this priority. Requires `tickets:manage`. */
  @ApiProperty(PRIORITY)
  @Optional()
  @IsIn(priorities)
  priority?: TicketPriority;

  /** Return only tickets about this package. */
  @Optional()
  @FromDigits()
  @IsWholeNumber(1, 2_147_483_647)
  package_id?: number;

  /** Return only tickets about the order with this UID. */
  @Optional()
  @IsText(1, 128)
  order_uid?: string;

  /** Return only tickets opened at or after this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  created_from?: string;

  /** Return only tickets opened before this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  created_to?: string;

  /** Return only tickets whose `updated_at` is at or after this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  updated_from?: string;

  /** Return only tickets whose `updated_at` is before this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  updated_to?: string;

  /**
   * Return only tickets that contain all of these words. Finds other forms of Russian and English words. A ticket matches if
   * its subject and text together contain all the words, or if a single comment that you can see does. Use `"…"` for a phrase, `or` for alternatives, and `-` to exclude a word.
   */
  @Optional()
  @IsText(1, 200)
  q?: string;

  /** `created`: sort by `created_at`. `updated`: sort by `updated_at`. Both newest first. */
  @ApiProperty({ enum: ['created', 'updated'], default: 'created' })
  @IsIn(['created', 'updated'])
  sort: 'created' | 'updated' = 'created';
}

const ASSIGNEE = /^(none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

function IsAssignee(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && ASSIGNEE.test(value);
  const defaultMessage = (): string => `$property must be the ID of a user, or ${NO_ASSIGNEE}`;
  return ValidateBy({ name: 'isAssignee', validator: { validate, defaultMessage } });
}

/** A ticket, and what its view needs from elsewhere. */
export interface TicketView {
  row: Omit<TicketRow, 'text'>;
  /** Whether the caller sees what is for staff only. */
  isStaff: boolean;
  assigneeEmail?: string | undefined;
}

export function toTicketSummaryDto({ row, isStaff, assigneeEmail = '' }: TicketView): TicketSummaryDto {
  const { priority, tags, assigneeId } = row;
  const assignee = assigneeId === null ? null : { id: assigneeId, email: assigneeEmail };
  return {
    id: row.id,
    status: row.status,
    subject: row.subject,
    email: row.email,
    package_id: row.packageId,
    order_uid: row.orderUid,
    follow_up_of_id: row.followUpOfId,
    follow_up_id: row.followUpId,
    created_at: row.createdAt,
    updated_at: isStaff ? row.updatedAt : row.publicUpdatedAt,
    closed_at: row.status === 'closed' ? row.statusSince : null,
    ...(isStaff && { priority, tags, assignee }),
  };
}

export function toTicketDto(view: TicketView & { row: TicketRow }): TicketDto {
  const { id, status, subject, ...rest } = toTicketSummaryDto(view);
  return { id, status, subject, text: view.row.text, ...rest };
}
