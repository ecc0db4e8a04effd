/** Reasons why a message can't be stored, with their descriptions. */
export const rejectionReasons = {
  too_large: 'The message is larger than 1 MiB.',
  not_utf8: 'The message is not UTF-8.',
  malformed_json: 'The message is not valid JSON.',
  too_deep: 'The message is nested more than 32 levels deep.',
  duplicate_key: 'An object in the message repeats a key.',
  number_out_of_range: 'A number in the message is too large or too precise to be read exactly.',
  unsafe_text: 'A string in the message contains a NUL character or an unpaired surrogate.',
  invalid_order: 'A field of the order is missing or invalid.',
  date_in_future: "The order's date is more than a day in the future.",
  order_conflict: 'An order with the same UID but different content is already stored.',
  unstorable: 'The database rejected the order.',
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

/** Builds a rejection. Its detail is the description of the reason, unless a more specific one is given. */
export const rejected = (
  reason: RejectionReason,
  specifics: Partial<Omit<Rejection, 'reason'>> = {},
): { rejection: Rejection } => ({
  rejection: { reason, detail: rejectionReasons[reason], ...specifics },
});
