import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from './users/roles';

export const sessionsScopes = {
  manageUsers: { name: 'users:manage', description: 'Read, create and change users.', roles: [] },
  manageKeys: {
    name: 'keys:manage',
    description: 'Read, create, rename, rotate and revoke API keys.',
    roles: [],
  },
} satisfies ScopeDefinitions<Role>;
