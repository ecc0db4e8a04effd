import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

export const catalogScopes = {
  read: { name: 'catalog:read', description: 'Read and export items.', roles: ['agent', 'operator'] },
  write: {
    name: 'catalog:write',
    description: 'Create, change, archive and import items; change package types.',
    roles: ['operator'],
  },
} satisfies ScopeDefinitions<Role>;
