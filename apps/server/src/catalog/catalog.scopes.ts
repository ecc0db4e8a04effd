import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

export const catalogScopes = {
  read: { name: 'catalog:read', description: 'Read the catalog.', roles: ['agent', 'operator'] },
  write: { name: 'catalog:write', description: 'Change the catalog.', roles: ['operator'] },
} satisfies ScopeDefinitions<Role>;
