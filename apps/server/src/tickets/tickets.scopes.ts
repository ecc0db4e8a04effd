import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

export const ticketsScopes = {
  read: { name: 'tickets:read', description: 'Read the tickets that you own.', roles: ['agent', 'operator'] },
  write: {
    name: 'tickets:write',
    description: 'Open tickets; edit, comment on and close your own.',
    roles: ['agent', 'operator'],
  },
  manage: {
    name: 'tickets:manage',
    description: 'Read and change all tickets, including internal comments, tags, priority and assignee.',
    roles: ['agent', 'operator'],
  },
} satisfies ScopeDefinitions<Role>;
