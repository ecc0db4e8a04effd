import type { ScopeDefinitions } from '@waybill/core';
import type { Role } from '../sessions';

export const adminScopes = {
  runJobs: {
    name: 'jobs:run',
    description: 'Read and run jobs; read and refresh exchange rates.',
    roles: ['operator'],
  },
  readAudit: { name: 'audit:read', description: 'Read the audit log.', roles: [] },
} satisfies ScopeDefinitions<Role>;
