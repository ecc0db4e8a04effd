/** The actions that this module records in the audit log. */
export const ordersAuditActions = [
  'order.placed',
  'dead_letter.corrected',
  'dead_letter.redriven',
  'dead_letter.discarded',
] as const;
