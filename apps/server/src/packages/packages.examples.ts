/** A registration that was just accepted. */
export const acceptedRegistration = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  state: 'pending',
  package_id: null,
  problem: null,
  created_at: '2026-11-21T09:00:00.000Z',
  finished_at: null,
};
