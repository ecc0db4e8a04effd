import type { ModuleManifest, ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

const ticketsScopes = {
  read: { name: 'tickets:read', description: 'Read the tickets that you own.', roles: ['agent', 'operator'] },
  write: { name: 'tickets:write', description: 'Open and answer tickets.', roles: ['agent', 'operator'] },
  manage: {
    name: 'tickets:manage',
    description: 'Read and change all tickets.',
    roles: ['agent', 'operator'],
  },
} satisfies ScopeDefinitions<Role>;

/** Support requests. The module has no routes yet. Roles and API keys can already have its scopes. */
export const ticketsManifest: ModuleManifest = {
  scopes: ticketsScopes,
  tags: { tickets: 'Support requests.' },
};
