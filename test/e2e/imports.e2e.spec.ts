import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { answered } from '../support/answered';
import { type Api, connect } from '../support/api';
import { eventually } from '../support/poll';
import { RawConnection } from '../support/raw-http';
import { useServer, useServers } from '../support/use-server';

const HEADER = 'sku,name,brand,category,price_amount,price_currency,weight_kg,hs_code,attributes\r\n';
const LIMIT = 500_000;
const KEY = 'k'.repeat(40);
const authorization = `Bearer ${KEY}`;
const row = (sku: string, name = 'Winter boots', price = '4990') =>
  `${sku},${name},Nordkapp,shoes,${price},RUB,1.5,640391,"{""colour"":""black""}"\r\n`;
const rows = (count: number, prefix = 'SKU') =>
  Array.from({ length: count }, (_, n) => row(`${prefix}-${n}`)).join('');

const upload = (api: Api, file: string, { query = {}, headers = {} } = {}) =>
  api.post('/catalog/imports', file, { query, headers: { 'Content-Type': 'text/csv', ...headers } });

async function finished(api: Api, path: string) {
  return eventually(
    async () => {
      const { body } = await api.get(path);
      return body.finished_at !== null && body;
    },
    { describe: 'the import has finished' },
  );
}

describe('imports of items', () => {
  const { database, server, api, admin } = useServer({
    env: { IMPORT_LIMIT_BYTES: String(LIMIT), BOOTSTRAP_ADMIN_KEY: KEY },
  });
  const imports = async () => Number((await database.rows('SELECT count(*) FROM catalog_imports'))[0]!.count);

  it('import a file, report its errors, and export what was imported', async () => {
    const file = `${HEADER}${row('A-1')}${row('A-2', 'Skis', 'free')}${row('A-3', "'=1+1")}${row('A-1', 'Boots')}`;
    const accepted = await answered(upload(admin, file), 202);
    const path = accepted.headers.location as string;
    expect(accepted.body).toMatchObject({ state: 'pending', rows_total: 4, rows_processed: 0, errors: [] });
    const fault = {
      row: 3,
      line: 3,
      column: 'price_amount',
      code: 'is_decimal_string',
      detail: expect.stringContaining('price_amount must be'),
    };
    expect(await finished(admin, path)).toMatchObject({
      ...{ state: 'succeeded', rows_processed: 4, created: 2, updated: 1, unchanged: 0, failed: 1 },
      ...{ errors_total: 1, errors: [fault] },
    });
    const errors = await answered(admin.get(`${path}/errors`), 200);
    expect(errors.text.split('\r\n')[1]).toMatch(
      /^3,3,price_amount,is_decimal_string,"?price_amount must be/,
    );
    expect((await admin.get('/catalog/items/A-1')).body).toMatchObject({
      name: 'Boots',
      price: { amount: '4990.00', currency: 'RUB' },
      attributes: { colour: 'black' },
    });
    expect((await admin.get('/catalog/items/A-3')).body.name).toBe('=1+1');
    const exported = await answered(admin.get('/catalog/items.csv', { query: { category: 'shoes' } }), 200);
    expect(exported.text).toBe(
      HEADER +
        [row('A-1', 'Boots'), row('A-3', "'=1+1")]
          .join('')
          .replaceAll('4990', '4990.00')
          .replaceAll(',1.5,', ',1.500,'),
    );
    const again = await answered(
      upload(admin, exported.text.replaceAll(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g, ';')),
      202,
    );
    expect(await finished(admin, again.headers.location as string)).toMatchObject({
      unchanged: 2,
      failed: 0,
    });
    const { body: list } = await admin.get('/catalog/imports', { query: { limit: 1 } });
    expect(list.items[0].id).toBe(again.body.id);
    const next = await admin.get('/catalog/imports', { query: { limit: 1, cursor: list.next_cursor } });
    expect(next.body.items[0].id).toBe(accepted.body.id);
    const { body: log } = await admin.get('/admin/audit-log', {
      query: { action: 'catalog_import.accepted' },
    });
    expect(log.items).toHaveLength(2);
    expect(
      (await admin.get('/admin/audit-log', { query: { action: 'catalog_item.created' } })).body.items,
    ).toEqual([]);
  });

  it('change nothing in a dry run', async () => {
    const accepted = await answered(
      upload(admin, HEADER + row('DRY-1'), { query: { dry_run: 'true' } }),
      202,
    );
    const done = await finished(admin, accepted.headers.location as string);
    expect(done).toMatchObject({ dry_run: true, state: 'succeeded', created: 1 });
    await answered(admin.get('/catalog/items/DRY-1'), 404);
  });

  it('import 5,000 rows', async () => {
    const accepted = await answered(upload(admin, HEADER + rows(5_000)), 202);
    const done = await finished(admin, accepted.headers.location as string);
    expect(done).toMatchObject({ state: 'succeeded', rows_total: 5_000, created: 5_000 });
    const exported = await answered(admin.get('/catalog/items.csv'), 200);
    expect(exported.text.split('\r\n').filter((line) => line.startsWith('SKU-'))).toHaveLength(5_000);
    expect((await admin.head('/catalog/items.csv')).headers['content-type']).toBe('text/csv; charset=utf-8');
  });

  it('can be retried with an Idempotency-Key, which is valid only for the same file and query', async () => {
    const before = await imports();
    const headers = { 'Idempotency-Key': randomUUID() };
    const file = HEADER + row('KEY-1');
    const first = await answered(upload(admin, file, { headers }), 202);
    const repeat = await answered(upload(admin, file, { headers }), 202);
    expect([repeat.text, repeat.headers['idempotent-replayed'], repeat.headers.location]).toEqual([
      first.text,
      'true',
      first.headers.location,
    ]);
    for (const [other, query] of [
      [HEADER + row('KEY-2'), {}],
      [file, { dry_run: 'true' }],
    ] as const)
      expect((await answered(upload(admin, other, { headers, query }), 422)).body.code).toBe(
        'idempotency_key_reused',
      );
    expect(await imports()).toBe(before + 1);
  });

  it.each<[string, number, string, () => { file: string; headers?: object; query?: object }]>([
    ['an empty body', 422, 'empty', () => ({ file: '' })],
    ['only a header', 422, 'no_rows', () => ({ file: HEADER })],
    [
      'an unknown column',
      422,
      'unknown_column',
      () => ({ file: HEADER.replace('name', 'title') + row('A') }),
    ],
    ['a missing column', 422, 'missing_column', () => ({ file: HEADER.replace('name,', '') + row('A') })],
    [
      'a repeated column',
      422,
      'duplicate_column',
      () => ({ file: HEADER.replace('name', 'name,name') + row('A') }),
    ],
    ['a NUL', 400, 'nul', () => ({ file: HEADER + row('A', '\0') })],
    ['an unclosed quote', 400, 'unclosed_quote', () => ({ file: `${HEADER}A,"b` })],
    ['a long row', 422, 'row_too_long', () => ({ file: HEADER + row('A', 'x'.repeat(LIMIT / 2)) })],
    ['a file that is too large', 413, 'body_too_large', () => ({ file: HEADER + rows(10_000) })],
    [
      'JSON',
      415,
      'unsupported_media_type',
      () => ({ file: '{}', headers: { 'Content-Type': 'application/json' } }),
    ],
    [
      'another charset',
      415,
      'unsupported_media_type',
      () => ({ file: HEADER, headers: { 'Content-Type': 'text/csv; charset=windows-1251' } }),
    ],
    [
      'an unknown parameter',
      400,
      'unknown_parameter',
      () => ({ file: HEADER + row('A'), query: { dryrun: '1' } }),
    ],
    [
      'If-Match',
      412,
      'precondition_failed',
      () => ({ file: HEADER + row('A'), headers: { 'If-Match': '"x"' } }),
    ],
  ])('refuse %s with %i %s, and store nothing', async (_, status, code, request) => {
    const before = await imports();
    const { file, ...options } = request();
    const { body } = await answered(upload(admin, file, options), status);
    expect([body.code, ...body.errors.map((error: { code: string }) => error.code)]).toContain(code);
    expect(await imports()).toBe(before);
  });

  it.each([
    ['bytes that are not UTF-8', 400, Buffer.from(`${HEADER}A-1,\xff`, 'latin1')],
    ['chunks that together exceed the limit', 413, Buffer.from(HEADER + rows(10_000))],
  ])('refuse %s with %i', async (_, status, bytes) => {
    const reply = await fetch(new URL('/api/v1/catalog/imports', server.url), {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv', Authorization: authorization },
      body: ReadableStream.from([bytes.subarray(0, 200), bytes.subarray(200)]),
      duplex: 'half',
      signal: AbortSignal.timeout(20_000),
    } as RequestInit);
    expect(reply.status).toBe(status);
    await reply.arrayBuffer();
  });

  it('delete an upload that the client aborts', async () => {
    const before = await imports();
    const connection = await RawConnection.open(server.url);
    const head = ['POST /api/v1/catalog/imports HTTP/1.1', 'Host: localhost', 'Content-Type: text/csv'];
    const rest = [`Authorization: ${authorization}`, 'Content-Length: 400000', '', ''];
    connection.send([...head, ...rest].join('\r\n')).send(HEADER + rows(2_000));
    await eventually(async () => (await imports()) === before + 1, { describe: 'the upload has started' });
    connection.end();
    await eventually(async () => (await imports()) === before, { describe: 'the upload is deleted' });
  });

  it('accept CSV on no other route', async () => {
    const reply = await admin.post('/packages', HEADER, { headers: { 'Content-Type': 'text/csv' } });
    expect([reply.status, reply.body.detail]).toEqual([415, expect.stringContaining('application/json')]);
  });

  it('refuse more unfinished imports than the limit with 503', async () => {
    await database.query(
      `INSERT INTO catalog_imports (id, state, requeue_at) SELECT gen_random_uuid(), 'uploading', now() + interval '1 hour'
       FROM generate_series(1, 20)`,
    );
    const refused = await answered(upload(admin, HEADER + row('A')), 503);
    expect([refused.body.code, refused.headers['retry-after']]).toEqual(['too_many_imports', '30']);
    await database.query(`DELETE FROM catalog_imports WHERE state = 'uploading'`);
  });

  it('return 404 for an unknown ID, and 401 without credentials', async () => {
    for (const path of ['', '/errors']) {
      await answered(admin.get(`/catalog/imports/${randomUUID()}${path}`), 404);
      await answered(api.get(`/catalog/imports/${randomUUID()}${path}`), 401);
    }
  });
});

describe('an import whose process is killed in the middle', () => {
  const { database, start } = useServers({ env: { BOOTSTRAP_ADMIN_KEY: KEY } });

  it('continues in another process, and counts no row twice', async () => {
    const first = await start();
    const admin = (await connect(first.url)).as({ key: KEY });
    // The import waits for this row in its third chunk.
    const rival = new Client({ connectionString: database.url });
    await rival.connect();
    await rival.query('BEGIN');
    await rival.query(
      `INSERT INTO catalog_items (sku, name, price_amount, price_currency) VALUES ('SKU-1200', 'x', 1, 'RUB')`,
    );
    const accepted = await answered(upload(admin, HEADER + rows(2_000)), 202);
    const path = accepted.headers.location as string;
    await eventually(async () => (await admin.get(path)).body.rows_processed === 1_000, {
      describe: 'the import has reached the locked row',
    });
    await first.kill();
    await rival.query('ROLLBACK');
    await rival.end();
    const second = await start();
    expect(await finished((await connect(second.url)).as({ key: KEY }), path)).toMatchObject({
      ...{ state: 'succeeded', created: 2_000, updated: 0, unchanged: 0, failed: 0 },
    });
  });
});
