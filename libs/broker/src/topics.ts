/**
 * The topics of Waybill, named `<domain>.<entity>.<event>.v<n>`. A breaking change of the messages needs a new version.
 *
 * All consumers of a topic share its messages. An acknowledged message is deleted.
 */
export const topics = ['orders.order.placed.v1'] as const;

export type Topic = (typeof topics)[number];
