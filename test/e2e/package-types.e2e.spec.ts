import { aPackage, finished } from '../support/a-package';
import { answered } from '../support/answered';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { useServer } from '../support/use-server';

describe('package types', () => {
  const { api, admin } = useServer({ rates: 'scripted', env: { LIMIT_ADDRESS_PER_MINUTE: '100000' } });
  let customer: Api;
  let serial = 0;

  beforeAll(async () => {
    customer = await newCustomer(api);
  });

  const newType = async (): Promise<{ id: number; name: string; path: string; etag: string }> => {
    const name = `type ${serial++}`;
    const { body, headers } = await answered(admin.post('/types', { name }), 201);
    return { id: body.id, name, path: `/types/${body.id}`, etag: String(headers.etag) };
  };
  const names = async (query: Record<string, string | boolean> = {}): Promise<string[]> => {
    const { body } = await answered(api.get('/types', { query }), 200);
    return (body as { items: { name: string }[] }).items.map(({ name }) => name);
  };
  const actions = async (id: number): Promise<string[]> => {
    const query = { target_kind: 'package_type', target_id: String(id) };
    const { body } = await answered(admin.get('/admin/audit-log', { query }), 200);
    return (body as { items: { action: string }[] }).items.map(({ action }) => action).toReversed();
  };

  it('are created once per idempotency key, with a name that no other type has', async () => {
    const headers = { 'Idempotency-Key': 'furniture' };
    const { body, headers: sent } = await answered(
      admin.post('/types', { name: 'furniture' }, { headers }),
      201,
    );
    expect(body).toEqual({ id: expect.any(Number), name: 'furniture', archived_at: null });
    expect(sent.location).toBe(`/api/v1/types/${body.id}`);
    const again = await answered(admin.post('/types', { name: 'furniture' }, { headers }), 201);
    expect([again.body, again.headers.etag]).toEqual([body, sent.etag]);
    const { body: problem } = await answered(admin.post('/types', { name: 'furniture' }), 409);
    expect(problem.code).toBe('package_type_name_taken');
    expect(await names()).toContain('furniture');
    const read = await answered(api.get(`/types/${body.id}`), 200);
    expect([read.body, read.headers.etag]).toEqual([body, sent.etag]);
  });

  it('are renamed with their ETag, and their packages show the new name', async () => {
    const { id, path, name, etag } = await newType();
    const { body: registration } = await answered(customer.post('/packages', aPackage({ type_id: id })), 202);
    const { package_id: packageId } = await finished(customer, `/packages/status/${registration.id}`);
    const next = { name: `${name}, renamed` };
    await answered(admin.patch(path, next), 428);
    await answered(admin.patch(path, next, { headers: { 'If-Match': '"stale"' } }), 412);
    const { body, headers } = await answered(admin.patch(path, next, { headers: { 'If-Match': etag } }), 200);
    expect(body).toEqual({ id, ...next, archived_at: null });
    expect((await customer.get(`/packages/${packageId}`)).body.type).toEqual({ id, ...next });
    await answered(admin.patch(path, next, { headers: { 'If-Match': String(headers.etag) } }), 200);
    expect(await actions(id)).toEqual(['package_type.created', 'package_type.renamed']);
    const taken = await admin.patch(path, { name: 'misc' }, { headers: { 'If-Match': '*' } });
    expect([taken.status, taken.body.code]).toEqual([409, 'package_type_name_taken']);
    expect((await api.get(path)).body).toEqual(body);
  });

  it('are refused for new packages once they are archived, and shown on old ones', async () => {
    const { id, path, name } = await newType();
    const { body: registration } = await answered(customer.post('/packages', aPackage({ type_id: id })), 202);
    const { package_id: packageId } = await finished(customer, `/packages/status/${registration.id}`);
    await answered(admin.post(`${path}/archive`, undefined, { headers: { 'If-Match': '"stale"' } }), 412);
    const { body } = await answered(admin.post(`${path}/archive`), 200);
    expect(body).toEqual({ id, name, archived_at: expect.any(String) });
    expect((await answered(admin.post(`${path}/archive`), 200)).body).toEqual(body);

    const refused = await answered(customer.post('/packages', aPackage({ type_id: id })), 422);
    expect(refused.body.errors).toEqual([expect.objectContaining({ pointer: '/type_id' })]);
    expect((await customer.get(`/packages/${packageId}`)).body.type).toEqual({ id, name });
    expect([await names(), await names({ archived: true })]).toEqual([
      expect.not.arrayContaining([name]),
      expect.arrayContaining([name]),
    ]);
    expect((await answered(api.get(path), 200)).body).toEqual(body);
    await answered(admin.post('/types', { name }), 409);

    expect((await answered(admin.post(`${path}/restore`), 200)).body.archived_at).toBeNull();
    await answered(admin.post(`${path}/restore`), 200);
    await answered(customer.post('/packages', aPackage({ type_id: id })), 202);
    const archived = ['package_type.archived', 'package_type.restored'];
    expect(await actions(id)).toEqual(['package_type.created', ...archived]);
  });

  it('take one of two equal names that are sent at once', async () => {
    const created = await Promise.all(
      Array.from({ length: 5 }, () => admin.post('/types', { name: 'twice' })),
    );
    expect(created.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    const types = [await newType(), await newType(), await newType()];
    const renamed = await Promise.all(
      types.map(({ path }) => admin.patch(path, { name: 'thrice' }, { headers: { 'If-Match': '*' } })),
    );
    expect(renamed.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  });

  it('page through archived types with cursors of their own', async () => {
    for (let n = 0; n < 2; n++) await admin.post(`${(await newType()).path}/archive`);
    const { body } = await answered(api.get('/types', { query: { archived: true, limit: 1 } }), 200);
    const cursor = String(body.next_cursor);
    expect(await names({ archived: true, cursor })).not.toContain(body.items[0].name);
    const { body: problem } = await answered(api.get('/types', { query: { cursor } }), 400);
    expect(problem.errors[0]).toMatchObject({ parameter: 'cursor', code: 'cursor_of_other_filters' });
  });

  it.each<[string, object, string]>([
    ['no name', {}, '/name'],
    ['an empty name', { name: '' }, '/name'],
    ['a long name', { name: 'x'.repeat(101) }, '/name'],
    ['a number', { name: 1 }, '/name'],
    ['NUL', { name: '\0' }, '/name'],
    ['half a surrogate pair', { name: '\ud83d' }, '/name'],
    ['an unknown field', { name: 'x', archived: true }, '/archived'],
  ])('refuse %s', async (_, sent, pointer) => {
    const { path } = await newType();
    for (const reply of [
      await admin.post('/types', sent),
      await admin.patch(path, sent, { headers: { 'If-Match': '*' } }),
    ])
      expect([reply.status, reply.body.errors]).toEqual([422, [expect.objectContaining({ pointer })]]);
  });

  it('are not found by another ID', async () => {
    for (const id of ['0', '-1', 'x', '99999', '2147483648', '1.5', '%00']) {
      await answered(api.get(`/types/${id}`), 404);
      await answered(admin.patch(`/types/${id}`, { name: 'x' }, { headers: { 'If-Match': '*' } }), 404);
      await answered(admin.post(`/types/${id}/archive`), 404);
      await answered(admin.post(`/types/${id}/restore`), 404);
    }
    await answered(api.get('/types?archived=1'), 400);
  });
});
