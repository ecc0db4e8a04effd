import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

export const ordersScopes = {
  read: { name: 'orders:read', description: 'Read orders.', roles: ['agent', 'operator'] },
  write: { name: 'orders:write', description: 'Place orders.', roles: ['operator'] },
  redrive: {
    name: 'orders:redrive',
    description: 'Read, correct, redrive and discard dead letters.',
    roles: ['operator'],
  },
} satisfies ScopeDefinitions<Role>;
