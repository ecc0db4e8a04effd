import type { ModuleManifest, ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

const ordersScopes = {
  read: { name: 'orders:read', description: 'Read orders.', roles: ['agent', 'operator'] },
  write: { name: 'orders:write', description: 'Place orders.', roles: ['operator'] },
  redrive: {
    name: 'orders:redrive',
    description: 'Read, correct, redrive and discard dead letters.',
    roles: ['operator'],
  },
} satisfies ScopeDefinitions<Role>;

/** Orders from shops. The module has no routes yet. Roles and API keys can already have its scopes. */
export const ordersManifest: ModuleManifest = {
  scopes: ordersScopes,
  tags: { orders: 'Orders from shops.' },
};
