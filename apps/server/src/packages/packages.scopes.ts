import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

export const packagesScopes = {
  read: {
    name: 'packages:read',
    description: 'Read the packages and registrations that you own.',
    roles: ['agent', 'operator'],
  },
  write: {
    name: 'packages:write',
    description: 'Register packages, and cancel your own.',
    roles: ['agent', 'operator'],
  },
  readAll: {
    name: 'packages:read_all',
    description: 'Read all packages.',
    roles: ['agent', 'operator'],
  },
  manage: { name: 'packages:manage', description: 'Cancel and reprice any package.', roles: ['operator'] },
  claim: { name: 'packages:claim', description: 'Claim packages for a carrier.', roles: ['operator'] },
  readReports: { name: 'reports:read', description: 'Read daily statistics.', roles: ['operator'] },
} satisfies ScopeDefinitions<Role>;
