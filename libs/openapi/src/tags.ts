/** The subjects that operations are grouped by. A route under any other tag refuses the boot. */
export const tags: Readonly<Record<string, string>> = {
  sessions: 'Who is calling: anonymous sessions, sign-in, users and API keys.',
  catalog: 'What can be sent and sold: package types and items.',
  orders: 'What shops sold: the order stream, one order or many, and what could not be stored.',
  packages: 'Packages: registered, priced, explained, claimed.',
  tickets: 'Support requests: asked, answered, closed.',
  admin: 'What administrators run: jobs, rates, the audit log.',
  operations: 'How a process is, and the description of this API.',
};
