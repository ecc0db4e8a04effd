import { streamedOrder } from '../orders.examples';

const invalid = { ...streamedOrder, order_uid: 'b563feb7b2b84b6lost', customer_id: '' };

/** An open dead letter. */
export const openDeadLetter = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  state: 'open',
  reason: 'invalid_order',
  detail: 'This field must have at least 1 character.',
  pointer: '/customer_id',
  order_uid: 'b563feb7b2b84b6lost',
  size: 804,
  received: 1,
  failed_redrives: 0,
  corrected: false,
  discard_reason: null,
  created_at: '2026-11-21T09:00:00.000Z',
  last_received_at: '2026-11-21T09:00:00.000Z',
  updated_at: '2026-11-21T09:00:00.000Z',
  message: JSON.stringify(invalid),
  message_encoding: 'utf-8',
  correction: null,
};

/** The order of the dead letter with the invalid field corrected. */
export const correctedOrder = { ...invalid, customer_id: 'test' };

const correction = JSON.stringify(correctedOrder);

export const correctedDeadLetter = { ...openDeadLetter, corrected: true, correction };
export const redrivenDeadLetter = { ...correctedDeadLetter, state: 'redriven' };
export const discardedDeadLetter = {
  ...openDeadLetter,
  state: 'discarded',
  discard_reason: 'A test of the shop',
};
