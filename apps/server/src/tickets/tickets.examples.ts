/** A ticket that was just opened, as staff see it. */
export const newTicket = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  status: 'open',
  subject: 'My package has not arrived',
  text: 'It was due on Monday. Where is it?',
  email: 'anna@example.com',
  package_id: null,
  order_uid: 'b563feb7b2b84b6test',
  follow_up_of_id: null,
  follow_up_id: null,
  created_at: '2026-11-21T09:00:00.000Z',
  updated_at: '2026-11-21T09:00:00.000Z',
  closed_at: null,
  priority: 'normal',
  tags: [],
  assignee: null,
};

export const answeredTicket = { ...newTicket, status: 'answered', updated_at: '2026-11-21T10:00:00.000Z' };

export const followUp = {
  ...newTicket,
  text: 'It has still not arrived.',
  follow_up_of_id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12',
};

const customer = { kind: 'customer', user_id: null, email: null, api_key_id: null, key_name: null };
const staff = {
  ...customer,
  kind: 'staff',
  user_id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d14',
  email: 'vera@example.com',
};

/** The history of an answered ticket. */
export const historyPage = {
  items: [
    { type: 'opened', at: '2026-11-21T09:00:00.000Z', author: customer, changes: [], comment_id: null },
    {
      type: 'commented',
      at: '2026-11-21T10:00:00.000Z',
      author: staff,
      changes: [],
      comment_id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d15',
    },
    {
      type: 'transitioned',
      at: '2026-11-21T10:00:00.000Z',
      author: staff,
      changes: [{ field: 'status', from: 'open', to: 'answered' }],
      comment_id: null,
    },
  ],
  next_cursor: null,
};
