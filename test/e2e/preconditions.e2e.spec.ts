import { finished } from '../support/a-package';
import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { answered } from '../support/answered';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';

const boots = aPackage();

describe('ETag and preconditions', () => {
  const { database, api } = useServer({ rates: 'scripted' });
  let customer: Api;
  let tagged: string[];

  beforeAll(async () => {
    customer = await newCustomer(api);
    const accepted = await answered(customer.post('/packages', boots), 202);
    const status = String(accepted.headers.location);
    const { package_id: id } = await finished(customer, status);
    tagged = [`/packages/${id}`, `/packages/${id}/cost`, status, '/sessions/current'];
  });

  const get = (path: string, headers: Record<string, string> = {}) => customer.get(path, { headers });
  const head = (path: string, headers: Record<string, string> = {}) => customer.head(path, { headers });
  const tagOf = async (path: string): Promise<string> =>
    String((await answered(get(path), 200)).headers.etag);

  it('every resource that can change has a strong, stable ETag', async () => {
    for (const path of tagged) {
      const tag = await tagOf(path);
      expect([path, tag]).toEqual([path, expect.stringMatching(/^"[\w-]+"$/)]);
      expect(await tagOf(path)).toBe(tag);
      const { headers } = await answered(head(path), 200);
      expect(headers.etag).toBe(tag);
    }
    expect(new Set(await Promise.all(tagged.map((path) => tagOf(path)))).size).toBe(tagged.length);
  });

  it('a matching If-None-Match gets 304 without a body', async () => {
    for (const path of tagged) {
      const tag = await tagOf(path);
      for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        for (const reply of [
          await get(path, { 'If-None-Match': held }),
          await head(path, { 'If-None-Match': held }),
        ]) {
          expect([reply.status, reply.text ?? '', reply.headers.etag]).toEqual([304, '', tag]);
          expect(reply.headers).not.toHaveProperty('content-type');
          expect(reply.headers).not.toHaveProperty('content-length');
          expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', ratelimit: expect.any(String) });
        }
      }
      expect((await get(path, { 'If-None-Match': '"other"' })).status).toBe(200);
    }
  });

  it('the ETag changes when an embedded name changes, and only then', async () => {
    const [path, cost] = tagged as [string, string];
    const [before, costBefore] = [await tagOf(path), await tagOf(cost)];
    await database.query(`UPDATE package_types SET name = 'clothing' WHERE id = 1`);
    const { headers, body } = await answered(get(path, { 'If-None-Match': before }), 200);
    expect(body.type.name).toBe('clothing');
    expect(headers.etag).not.toBe(before);
    expect(await tagOf(cost)).toBe(costBefore);
  });

  it('If-Match is checked on a read', async () => {
    const path = tagged[0] as string;
    const tag = await tagOf(path);
    await answered(get(path, { 'If-Match': tag }), 200);
    for (const stale of ['"other"', `W/${tag}`]) {
      const { body, headers } = await answered(get(path, { 'If-Match': stale }), 412);
      expect(body).toMatchObject({ code: 'precondition_failed', request_id: headers['x-request-id'] });
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
    await answered(head(path, { 'If-Match': '"other"' }), 412);
  });

  it('If-Match is checked on a write', async () => {
    const other = await newCustomer(api);
    const end = (ifMatch: string) => other.delete('/sessions/current', { headers: { 'If-Match': ifMatch } });
    const { headers } = await answered(other.get('/sessions/current'), 200);
    const { body } = await answered(end('"other"'), 412);
    expect(body.code).toBe('precondition_failed');
    await answered(end(String(headers.etag)), 204);
    await answered(other.get('/sessions/current'), 401);
  });

  it('If-None-Match: * fails a write to an existing resource; empty list members are ignored', async () => {
    const other = await newCustomer(api);
    const { headers } = await answered(other.get('/sessions/current'), 200);
    const end = (sent: Record<string, string>) => other.delete('/sessions/current', { headers: sent });
    const { body } = await answered(end({ 'If-None-Match': '*' }), 412);
    expect(body.code).toBe('precondition_failed');
    await answered(end({ 'If-Match': `"x",,${String(headers.etag)},` }), 204);
  });

  it('a POST with a precondition that can’t be met creates nothing', async () => {
    const make = (sent: Record<string, string>) => customer.post('/packages', boots, { headers: sent });
    await answered(make({ 'If-Match': '"x"' }), 412);
    await answered(make({ 'If-None-Match': '*' }), 412);
    await answered(make({ 'If-Match': '*', 'If-None-Match': '"x"' }), 202);
  });

  it('a header without valid tags is refused', async () => {
    for (const header of ['If-Match', 'If-None-Match']) {
      const { body } = await answered(get('/packages/999999', { [header]: 'unquoted' }), 400);
      expect(body).toMatchObject({ code: 'bad_request', errors: [{ code: 'malformed', header }] });
    }
  });

  it('problems and lists have no ETag', async () => {
    expect((await answered(get('/packages/999999'), 404)).headers).not.toHaveProperty('etag');
    expect((await answered(get('/packages'), 200)).headers).not.toHaveProperty('etag');
  });
});
