/** The actions that this module records in the audit log. */
export const ticketsAuditActions = [
  'ticket.closed_automatically',
  'ticket.commented',
  'ticket.edited',
  'ticket.opened',
  'ticket.transitioned',
] as const;

export type TicketsAuditAction = (typeof ticketsAuditActions)[number];
