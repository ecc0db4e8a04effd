const creator = '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12';

/** The reply to the creation of a key. */
export const createdKey = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  name: 'Warehouse import',
  prefix: 'waybill_4fGh2K',
  scopes: ['packages:read', 'packages:read_all'],
  created_at: '2026-11-21T09:00:00.000Z',
  created_by: { kind: 'user', id: creator, user_id: creator },
  expires_at: '2030-01-01T00:00:00.000Z',
  revoked_at: null,
  last_used_at: null,
  replaced_by_id: null,
  key: 'waybill_4fGh2KxQ7mNpRt9vWzYb3cDeFgHjLaSdFqWeRtYuIoPzXcVbN',
};

/** The key that replaces it. */
export const rotatedKey = {
  ...createdKey,
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d13',
  prefix: 'waybill_9sTu5V',
  created_at: '2026-11-22T09:00:00.000Z',
  key: 'waybill_9sTu5VxQ7mNpRt9vWzYb3cDeFgHjLaSdFqWeRtYuIoPzXcVbN',
};
