/** What a principal may be allowed to do; DESIGN.md, "Who may do what". */
export const scopes = [
  'catalog:read',
  'catalog:write',
  'packages:read',
  'packages:write',
  'packages:read_all',
  'packages:manage',
  'packages:claim',
  'reports:read',
  'orders:read',
  'orders:write',
  'orders:redrive',
  'tickets:read',
  'tickets:write',
  'tickets:manage',
  'jobs:run',
  'audit:read',
  'users:manage',
  'keys:manage',
] as const;

export type Scope = (typeof scopes)[number];
