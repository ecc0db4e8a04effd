/** The example user after the example change. */
export const changedUser = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  email: 'vera@example.com',
  role: 'operator',
  disabled: false,
  created_at: '2026-11-21T09:00:00.000Z',
};
