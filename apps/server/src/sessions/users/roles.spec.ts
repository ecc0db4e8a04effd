import { modules } from '../../modules';
import { scopesLacking, scopesOfRole } from './roles';

describe('roles', () => {
  const agent = [
    ...['catalog:read', 'packages:read', 'packages:write', 'packages:read_all', 'orders:read'],
    ...['tickets:read', 'tickets:write', 'tickets:manage'],
  ];
  const operator = [
    ...agent,
    ...['catalog:write', 'packages:claim', 'packages:manage', 'reports:read'],
    ...['orders:write', 'orders:redrive', 'jobs:run'],
  ];

  it('are the fixed sets of DESIGN.md', () => {
    expect([...scopesOfRole('agent')].toSorted()).toEqual(agent.toSorted());
    expect([...scopesOfRole('operator')].toSorted()).toEqual(operator.toSorted());
    expect([...scopesOfRole('admin')].toSorted()).toEqual(modules.scopes.map(({ name }) => name).toSorted());
  });

  it('tell what somebody lacks', () => {
    const id = '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11';
    const staff = { kind: 'staff' as const, id, ownerId: id, ownerIds: [id], scopes: scopesOfRole('agent') };
    expect(scopesLacking(staff, scopesOfRole('agent'))).toEqual([]);
    expect(scopesLacking(staff, ['tickets:read', 'jobs:run'])).toEqual(['jobs:run']);
  });
});
