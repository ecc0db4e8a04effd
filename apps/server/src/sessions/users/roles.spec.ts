import type { Principal, Scope } from '@waybill/core';
import { modules } from '../../modules';
import { type Role, scopesLacking, scopesOfRole } from './roles';

describe('roles', () => {
  const scopes = modules.scopes.map(({ name }) => name);
  const held = (role: Role, pattern: RegExp): Scope[] =>
    [...scopesOfRole(role)].filter((scope) => pattern.test(scope)).toSorted();

  it('contain each other: an operator has all scopes of an agent, and an admin has all scopes', () => {
    expect([...scopesOfRole('agent')].filter((scope) => !scopesOfRole('operator').has(scope))).toEqual([]);
    expect(scopes.filter((scope) => !scopesOfRole('admin').has(scope))).toEqual([]);
    expect(scopesOfRole('agent').size).toBeLessThan(scopesOfRole('operator').size);
  });

  it('let an agent read everything except reports and the audit log, and write only packages and tickets', () => {
    const readable = scopes.filter((scope) => /:read(_all)?$/.test(scope));
    expect(readable.filter((scope) => !scopesOfRole('agent').has(scope)).toSorted()).toEqual([
      'audit:read',
      'reports:read',
    ]);
    expect(held('agent', /:write$/)).toEqual(['packages:write', 'tickets:write']);
    expect(held('agent', /:(?!read|write)/)).toEqual(['tickets:manage']);
  });

  it('give only admins access to users, API keys and the audit log', () => {
    expect(scopes.filter((scope) => !scopesOfRole('operator').has(scope)).toSorted()).toEqual([
      'audit:read',
      'keys:manage',
      'users:manage',
    ]);
  });

  it('scopesLacking lists the scopes that a principal does not hold', () => {
    const id = '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11';
    const own = new Set<Scope>(['tickets:read', 'tickets:write']);
    const staff = { kind: 'staff', id, ownerId: id, ownerIds: [id], scopes: own } as Principal;
    expect(scopesLacking(staff, own)).toEqual([]);
    expect(scopesLacking(staff, ['tickets:read', 'jobs:run', 'catalog:write'])).toEqual([
      'jobs:run',
      'catalog:write',
    ]);
  });
});
