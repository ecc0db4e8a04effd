/** A session of a user who has just signed in. */
export const staffSession = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  kind: 'staff',
  created_at: '2026-11-21T09:00:00.000Z',
  expires_at: '2026-11-21T21:00:00.000Z',
};
