import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, statement, value } from '@waybill/database';
import { In } from 'typeorm';
import { statuses, TicketEntity, type TicketRow } from './ticket.entity';
import { type ChangeableFields, type RecordedChanges, TicketEventEntity } from './ticket-event.entity';
import { TicketCommentEntity, type TicketCommentRow } from './ticket-comment.entity';
import type { ChangeAuthor, Owners } from './tickets.caller';
import { searchDocument } from './tickets.search';

const ROW = columnsOf(
  TicketEntity,
  ...(['id', 'ownerId', 'status', 'subject', 'text', 'email', 'packageId', 'orderUid'] as const),
  ...(['followUpOfId', 'followUpId', 'priority', 'tags', 'assigneeId', 'createdAt', 'updatedAt'] as const),
  ...(['publicUpdatedAt', 'statusSince', 'revision', 'publicRevision'] as const),
);
const NEW = columnsOf(
  TicketEntity,
  ...(['subject', 'text', 'id', 'ownerId', 'email', 'packageId', 'orderUid', 'followUpOfId'] as const),
);
const NEW_COMMENT = columnsOf(
  TicketCommentEntity,
  ...(['text', 'id', 'ticketId', 'visibility', 'transition'] as const),
  ...(['author', 'userId', 'apiKeyId', 'createdAt'] as const),
);
const COMMENT = columnsOf(
  TicketCommentEntity,
  ...(['id', 'ticketId', 'visibility', 'text', 'transition'] as const),
  ...(['author', 'userId', 'apiKeyId', 'createdAt'] as const),
);

/** A ticket to open. */
export type NewTicket = Pick<
  TicketRow,
  'id' | 'ownerId' | 'subject' | 'text' | 'email' | 'packageId' | 'orderUid' | 'followUpOfId'
>;

/** A change to a ticket, as an event records it. */
export interface NewEvent extends ChangeAuthor {
  type: TicketEventEntity['type'];
  /** Whether the customer sees the change. */
  isPublic: boolean;
  changes?: Partial<ChangeableFields>;
  commentId?: string | null;
  /** Time of an earlier event of the same transaction. Default: now. */
  at?: Date | null;
}

const NOW = `date_trunc('milliseconds', statement_timestamp())`;

const INSERT = statement(
  ROW,
  `INSERT INTO tickets (${NEW.names}, status, document, created_at, updated_at, public_updated_at, status_since)
   VALUES (${NEW.placeholders}, 'open', ${searchDocument("$1 || ' ' || $2")}, ${NOW}, ${NOW}, ${NOW}, ${NOW})
   RETURNING ${ROW}`,
);
const INSERT_COMMENT = statement(
  COMMENT,
  `INSERT INTO ticket_comments (${NEW_COMMENT.names}, document)
   VALUES (${NEW_COMMENT.placeholders}, ${searchDocument('$1')}) RETURNING ${COMMENT}`,
);
// The statement starts after the ticket is locked, so the times of a ticket's events never decrease.
const AT = `greatest(coalesce($10, ${NOW}), updated_at)`;
const CHANGE = statement(
  ROW,
  `UPDATE tickets SET
     status = coalesce($2, status), status_since = CASE WHEN $2 IS NULL THEN status_since ELSE ${AT} END,
     subject = coalesce($3, subject), text = coalesce($4, text),
     document = CASE WHEN $3 IS NULL AND $4 IS NULL THEN document
       ELSE ${searchDocument("coalesce($3, subject) || ' ' || coalesce($4, text)")} END,
     priority = coalesce($5, priority), tags = coalesce($6, tags),
     assignee_id = CASE WHEN $7::boolean THEN $8::uuid ELSE assignee_id END,
     updated_at = ${AT}, public_updated_at = CASE WHEN $9::boolean THEN ${AT} ELSE public_updated_at END,
     revision = revision + 1, public_revision = public_revision + $9::boolean::int
   WHERE id = $1 AND status <> 'closed' RETURNING ${ROW}`,
);
const STATE = computed({
  isFuture: value.boolean('$2::timestamptz > statement_timestamp()'),
  at: value.nullable(value.timestamp('max(e.at)')),
  statusSince: value.nullable(value.timestamp(`max(e.at) FILTER (WHERE e.changes ? 'status')`)),
  fields: value.nullable(
    value.json<Partial<ChangeableFields>>(
      `jsonb_object_agg(f.key, f.value -> 'to' ORDER BY e.revision) FILTER (WHERE f.key IS NOT NULL)`,
    ),
  ),
});
const STATE_AT = statement(
  STATE,
  `SELECT ${STATE} FROM ticket_events e LEFT JOIN LATERAL jsonb_each(e.changes) f ON true
   WHERE e.ticket_id = $1 AND e.at <= $2 AND ($3 OR e.public_revision IS NOT NULL)`,
);
const COUNTED = computed({ status: value.text('s.status'), count: value.int('c.count') });
const COUNT_BY_STATUS = statement(
  COUNTED,
  `SELECT ${COUNTED} FROM unnest($1::text[]) AS s(status)
   CROSS JOIN LATERAL (SELECT count(*) FROM (SELECT FROM tickets t WHERE t.status = s.status LIMIT $2) t) c`,
);
const OVERDUE = statement(
  ROW,
  `SELECT ${ROW} FROM tickets WHERE status = 'answered' AND status_since <= now() - $1 * interval '1 day'
   ORDER BY status_since LIMIT $2 FOR UPDATE SKIP LOCKED`,
);

/** Tickets in PostgreSQL. Every change is recorded as an event. */
@Injectable()
export class TicketsRepository {
  constructor(private readonly database: Database) {}

  async find(ctx: TransactionContext, id: string, owners: Owners): Promise<TicketRow | undefined> {
    const where = { id, ...(owners !== 'all' && { ownerId: In(owners) }) };
    return (await this.database.repository(ctx, TicketEntity).findOne({ where })) ?? undefined;
  }

  /** Like `find`, and locks the ticket until the open transaction ends. */
  async lock(ctx: TransactionContext, id: string, owners: Owners): Promise<TicketRow | undefined> {
    const where = { id, ...(owners !== 'all' && { ownerId: In(owners) }) };
    const lock = { mode: 'pessimistic_write' } as const;
    return (await this.database.repository(ctx, TicketEntity).findOne({ where, lock })) ?? undefined;
  }

  // SQL: the database's clock and the search document.
  /** Inserts an open ticket and its first event. */
  async insert(ctx: TransactionContext, ticket: NewTicket, author: ChangeAuthor): Promise<TicketRow> {
    const row = await this.database.one(ctx, INSERT, NEW.valuesOf(ticket));
    const { status, subject, text } = row;
    await this.insertEvent(ctx, row, {
      type: 'opened',
      ...author,
      isPublic: true,
      commentId: null,
      changes: { status: { to: status }, subject: { to: subject }, text: { to: text } },
    });
    return row;
  }

  // SQL: the database's clock and the search document.
  /** Changes a ticket that the open transaction has locked, and records the event. @throws Error if it is closed. */
  async change(
    ctx: TransactionContext,
    before: TicketRow,
    { changes = {}, commentId = null, at = null, ...event }: NewEvent,
  ): Promise<TicketRow> {
    const { status, subject, text, priority, tags, assigneeId } = changes;
    const row = await this.database.one(ctx, CHANGE, [
      before.id,
      ...[status ?? null, subject ?? null, text ?? null, priority ?? null, tags ?? null],
      ...[assigneeId !== undefined, assigneeId ?? null, event.isPublic, at],
    ]);
    await this.insertEvent(ctx, row, { ...event, commentId, changes: recorded(before, changes) });
    return row;
  }

  /** Links a closed ticket to its follow-up. */
  async linkFollowUp(ctx: TransactionContext, id: string, followUpId: string): Promise<void> {
    await this.database.repository(ctx, TicketEntity).update({ id }, { followUpId });
  }

  // SQL: the search document.
  insertComment(ctx: TransactionContext, comment: TicketCommentRow): Promise<TicketCommentRow> {
    return this.database.one(ctx, INSERT_COMMENT, NEW_COMMENT.valuesOf(comment));
  }

  // SQL: aggregates JSON.
  /**
   * Rebuilds the changeable fields of a ticket from its events up to a time.
   * @returns `at` null if there was no ticket yet.
   */
  stateAt(ctx: TransactionContext, id: string, time: Date, { internal }: { internal: boolean }) {
    return this.database.one(ctx, STATE_AT, [id, time, internal]);
  }

  // SQL: SKIP LOCKED and the database's clock.
  /** Locks tickets that have been `answered` for some days, longest first. */
  lockAnsweredFor(ctx: TransactionContext, days: number, count: number): Promise<TicketRow[]> {
    return this.database.rows(ctx, OVERDUE, [days, count]);
  }

  // SQL: counts with a limit.
  /** Counts tickets by status, each up to a limit. */
  async countByStatus(ctx: TransactionContext, limit: number): Promise<Map<string, number>> {
    const rows = await this.database.rows(ctx, COUNT_BY_STATUS, [statuses, limit]);
    return new Map(rows.map(({ status, count }) => [status, count]));
  }

  private async insertEvent(
    ctx: TransactionContext,
    { id, revision, publicRevision, updatedAt }: TicketRow,
    {
      isPublic,
      ...event
    }: ChangeAuthor & {
      type: TicketEventEntity['type'];
      isPublic: boolean;
      changes: RecordedChanges;
      commentId: string | null;
    },
  ): Promise<void> {
    await this.database.repository(ctx, TicketEventEntity).insert({
      ...event,
      ticketId: id,
      revision,
      publicRevision: isPublic ? publicRevision : null,
      at: updatedAt,
    });
  }
}

// Omits the old text, because an earlier event has it as its new text.
const recorded = (before: TicketRow, changes: Partial<ChangeableFields>): RecordedChanges =>
  Object.fromEntries(
    Object.entries(changes).map(([field, to]) => [
      field,
      field === 'text' ? { to } : { from: before[field as keyof ChangeableFields], to },
    ]),
  );
