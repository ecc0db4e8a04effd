import { registerScopes } from '@waybill/core';
import { fastify } from 'fastify';
import { RouteTable } from './route-table';

const tableWithRoute = (config: object | undefined, url = '/planted') => {
  const server = fastify();
  const table = new RouteTable();
  table.collect(server);
  server.route({ method: 'POST', url, handler: () => 'open', ...(config && { config }) });
  return table;
};

describe('RouteTable', () => {
  it.each([
    ['without metadata', undefined],
    ['with metadata but no rule', { retryAfter: 1 }],
  ])('refuses a route %s', (_, config) => {
    expect(() => tableWithRoute(config)).toThrow('POST /planted has no access rule');
  });

  it('refuses a route that requires a scope that no module contributes', () => {
    registerScopes({ known: { name: 'known:read', description: 'Read what is known.', roles: [] } });
    const requiring = (...scopes: string[]) => tableWithRoute({ access: { customers: true, scopes } });
    expect(() => requiring('known:read', 'unknown:read')).toThrow(
      'POST /planted requires unknown:read, which no module contributes',
    );
    expect(requiring('known:read').routes).toHaveLength(1);
  });

  it('refuses a public route that takes idempotency keys', () => {
    expect(() => tableWithRoute({ access: 'public', idempotent: true })).toThrow('POST /planted is public');
  });

  it('refuses a write to one resource that does not declare a check of If-Match', () => {
    expect(() => tableWithRoute({ access: 'public' }, '/planted/:id/cancel')).toThrow(
      'POST /planted/:id/cancel changes one resource; it must check If-Match (@Matched)',
    );
    expect(tableWithRoute({ access: 'public', matched: true }, '/planted/:id').routes).toHaveLength(1);
  });

  it('lists the routes and the methods of each path', () => {
    const table = tableWithRoute({ access: 'public' });
    expect(table.routes).toEqual([
      expect.objectContaining({ method: 'POST', path: '/planted', access: 'public' }),
    ]);
    expect(table.methods).toEqual(['POST']);
    for (const path of ['/planted', '/planted?x=//', '/%70lanted', '/planted#x'])
      expect([path, table.allowedMethods(path)]).toEqual([path, ['POST']]);
    for (const path of ['/planted/', '/planted//', '/%zz', '/', '', '*'])
      expect([path, table.allowedMethods(path)]).toEqual([path, []]);
    expect(table.allowedMethods('/other')).toEqual([]);
  });
});
