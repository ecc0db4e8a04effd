import type { AuditChanges } from '@waybill/audit';
import type { TicketRow } from './ticket.entity';
import type { ChangeableFields } from './ticket-event.entity';

/** Returns the fields that an edit changes. Ignores undefined fields. */
export const changesOf = (before: TicketRow, fields: Partial<ChangeableFields>): Partial<ChangeableFields> =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([field, value]) =>
        value !== undefined &&
        JSON.stringify(value) !== JSON.stringify(before[field as keyof ChangeableFields]),
    ),
  );

/**
 * Returns the audit changes of an edit. The subject and the text are personal data, so only their names are recorded.
 */
export function auditedEdit(
  before: TicketRow,
  [texts = {}, { priority, tags, assigneeId } = {}]: Partial<ChangeableFields>[],
): AuditChanges {
  return {
    ...(Object.keys(texts).length > 0 && { fields: Object.keys(texts) }),
    ...(priority && { priority: { from: before.priority, to: priority } }),
    ...(tags && { tags: { from: before.tags, to: tags } }),
    ...(assigneeId !== undefined && { assignee_id: { from: before.assigneeId, to: assigneeId } }),
  };
}
