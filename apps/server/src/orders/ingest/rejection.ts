/** Reasons why a message can't be stored, with their descriptions. */
export const rejectionReasons = {
  too_large: 'The message is larger than 1 MiB.',
  not_utf8: 'The message is not UTF-8.',
  malformed_json: 'The message is not valid JSON.',
  too_deep: 'The message is nested more than 32 levels deep.',
  duplicate_key: 'An object of the message has a key twice.',
  number_out_of_range: "A number of the message can't be represented exactly.",
  unsafe_text: 'A text of the message contains a NUL character or a lone surrogate.',
  invalid_order: 'A field of the order is missing or invalid.',
  date_in_future: 'The order is dated more than a day ahead.',
  order_conflict: 'Another order with this UID and other content is stored.',
  unstorable: 'PostgreSQL refuses the order.',
} as const;

export type RejectionReason = keyof typeof rejectionReasons;

/** Why a message can't be stored. */
export interface Rejection {
  reason: RejectionReason;
  detail: string;
  /** JSON pointer (RFC 6901) to the first invalid field. */
  pointer?: string;
  /** UID of the order, if the message has a usable one. */
  orderUid?: string;
}
