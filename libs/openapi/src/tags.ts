/** The groups of operations. The server does not start with a route that has another tag. */
export const tags: Readonly<Record<string, string>> = {
  sessions: 'Sessions of customers and staff.',
  auth: 'Signing in and out, and passwords.',
  users: 'Staff accounts.',
  'api-keys': 'Keys for programs that call this API.',
  catalog: 'Package types.',
  orders: 'Orders from shops.',
  packages: 'Register packages, and read their state and cost.',
  tickets: 'Support requests.',
  admin: 'Scheduled jobs, exchange rates and the audit log.',
  operations: 'Health, metrics and this document.',
};
