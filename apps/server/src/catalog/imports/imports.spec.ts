import { Logger } from '@nestjs/common';
import { SharedCache } from '@waybill/cache';
import type { Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import type { JobDispatcher } from '@waybill/queue';
import { useTypeOrm } from '../../../../../test/support/typeorm';
import { catalogSchema } from '../catalog.schema';
import { itemColumns } from '../csv/item-columns';
import { csvLine } from '../csv/write-csv';
import { ItemsExport } from '../exports/items-export.queries';
import { CatalogItemsRepository } from '../items/catalog-items.repository';
import { ItemCache } from '../items/item-cache';
import { ImportRunner, MAX_ATTEMPTS } from './import-runner.service';
import { ImportWorkRepository } from './import-work.repository';
import { ImportedChunks } from './imported-chunks.service';
import { ImportedItemsRepository } from './imported-items.repository';
import { ImportsQueries } from './imports.queries';
import { ImportsRepository } from './imports.repository';
import { ImportsSweeper } from './imports-sweeper.service';
import { UploadsService } from './uploads.service';

const PENDING_LIMIT = 5;
const config = {
  imports: { pendingLimit: PENDING_LIMIT, requeueAfterSeconds: 30, keepDays: 30, limitBytes: 1e6 },
} as Config;
const NEVER = new AbortController().signal;
const HEADER = csvLine(itemColumns);

interface QueuedImport {
  payload: { importId: string };
  options: { jobId?: string };
}

describe('imports', () => {
  const { dataSource, database } = useTypeOrm(catalogSchema, { poolSize: 10 });
  let requeued: { id: string; jobId: string | undefined }[];

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    requeued = [];
    await dataSource.query('TRUNCATE catalog_imports, catalog_items CASCADE');
  });

  const repository = () => new ImportsRepository(database);
  const work = () => new ImportWorkRepository(database);
  const uploads = () => new UploadsService(config, repository());
  const runner = (invalidated: string[] = []) => {
    const cache = new ItemCache(
      new SharedCache(undefined, { namespace: 'test' }),
      new CatalogItemsRepository(database),
    );
    cache.invalidate = async (skus) => void invalidated.push(...skus);
    const chunks = new ImportedChunks(config, database, work(), new ImportedItemsRepository(database), cache);
    return new ImportRunner(config, work(), chunks);
  };
  const sweeper = () => {
    const dispatcher = {
      dispatchAll: async (_: string, entries: QueuedImport[]) =>
        requeued.push(...entries.map((one) => ({ id: one.payload.importId, jobId: one.options.jobId }))) > 0,
    };
    return new ImportsSweeper(config, repository(), work(), dispatcher as unknown as JobDispatcher);
  };

  async function* chunksOf(text: string): AsyncGenerator<Buffer> {
    for (let at = 0; at < text.length; at += 5_000) yield Buffer.from(text.slice(at, at + 5_000));
  }
  /** Uploads a file and accepts it. @returns the ID of the import */
  async function accept(text: string, { dryRun = false } = {}): Promise<string> {
    const upload = await uploads().store(chunksOf(text));
    const ctx = new TransactionContext();
    await repository().accept(ctx, upload, { dryRun, graceSeconds: 30 });
    return upload.id;
  }
  async function importFile(text: string, options = {}) {
    const id = await accept(text, options);
    await runner().run(id, NEVER);
    return status(id);
  }
  const status = (id: string) => new ImportsQueries(repository()).get(new TransactionContext(), id);
  const row = (sku: string, name: string, more: Partial<Record<'brand' | 'attributes', string>> = {}) =>
    csvLine([sku, name, more.brand ?? '', 'shoes', '10.5', 'RUB', '1.5', '640391', more.attributes ?? '']);
  const rows = (count: number, name: (n: number) => string = (n) => `Item ${n}`) =>
    Array.from({ length: count }, (_, n) => row(`SKU-${n}`, name(n)));
  const items = (): Promise<{ sku: string; name: string; updated_at: Date }[]> =>
    dataSource.query('SELECT sku, name, updated_at FROM catalog_items ORDER BY sku');
  const count = async (table: string): Promise<number> =>
    Number((await dataSource.query(`SELECT count(*) FROM ${table}`))[0].count);

  it('creates and changes items, counts them, and does not touch unchanged items', async () => {
    const first = await importFile(HEADER + rows(1_200).join(''));
    expect(first.row).toMatchObject({ state: 'succeeded', rowsTotal: 1_200, created: 1_200, failed: 0 });
    const before = await items();
    const again = await importFile(HEADER + rows(1_200, (n) => (n < 100 ? 'New' : `Item ${n}`)).join(''));
    expect(again.row).toMatchObject({ created: 0, updated: 100, unchanged: 1_100 });
    const after = await items();
    const touched = after.filter((item, n) => item.updated_at > before[n]!.updated_at);
    expect(touched.map(({ name }) => name)).toEqual(Array.from({ length: 100 }, () => 'New'));
    expect(await count('catalog_import_chunks')).toBe(0);
  });

  it('imports the valid rows, and stores the errors of the invalid ones', async () => {
    const bad = [
      row('bad sku', ''),
      'X-1,too,few\r\n',
      row('X-2', 'x', { attributes: '{' }),
      row('X-3', 'x', { attributes: `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}` }),
      row('X-4', 'x', { attributes: '{"__proto__":1}' }),
      row('X-5', 'x', { attributes: '{"a":"\\u0000"}' }),
    ];
    const { row: done, errors } = await importFile(HEADER + row('A', 'a') + bad.join('') + row('B', 'b'));
    expect(done).toMatchObject({ state: 'succeeded', created: 2, failed: 6, errorsTotal: 7 });
    expect(errors.map((one) => [one.rowNumber, one.columnName, one.code])).toEqual([
      [3, 'sku', 'invalid_sku'],
      [3, 'name', 'is_text'],
      [4, null, 'wrong_field_count'],
      [5, 'attributes', 'malformed_json'],
      [6, 'attributes', 'too_complex'],
      [7, 'attributes', 'unknown_field'],
      [8, 'attributes', 'unstorable_text'],
    ]);
    expect((await items()).map(({ sku }) => sku)).toEqual(['A', 'B']);
  });

  it('applies the rows of a repeated SKU in the order of the file', async () => {
    const file =
      HEADER + row('A', 'first') + row('B', 'b') + row('A', 'second') + row('A', 'third') + row('A', 'third');
    expect((await importFile(file)).row).toMatchObject({ created: 2, updated: 2, unchanged: 1 });
    expect((await items()).map(({ sku, name }) => [sku, name])).toEqual([
      ['A', 'third'],
      ['B', 'b'],
    ]);
  });

  it('writes nothing in a dry run, but counts the changes', async () => {
    await importFile(HEADER + rows(3).join(''));
    const before = await items();
    const file = HEADER + rows(4, (n) => (n === 0 ? 'New' : `Item ${n}`)).join('') + row('?', 'x');
    const dry = await importFile(file, { dryRun: true });
    expect(await items()).toEqual(before);
    const counts = { created: 1, updated: 1, unchanged: 2, failed: 1, errorsTotal: 1 };
    expect(dry.row).toMatchObject(counts);
    expect((await importFile(file)).row).toMatchObject(counts);
  });

  it('imports each chunk once, even if several workers have the job and some of them stop', async () => {
    const id = await accept(HEADER + rows(3_000).join(''));
    const stopping = new AbortController();
    const first = runner().run(id, stopping.signal);
    setTimeout(() => stopping.abort(), 50);
    await Promise.all([first, runner().run(id, NEVER), runner().run(id, NEVER)]);
    await runner().run(id, NEVER); // as the sweeper would
    expect((await status(id)).row).toMatchObject({
      state: 'succeeded',
      created: 3_000,
      unchanged: 0,
      updated: 0,
    });
  });

  it('runs concurrent imports of the same items in different orders', async () => {
    const ordered = rows(1_500, () => 'ordered');
    const files = [ordered, ordered.toReversed(), ordered.toSorted(), ordered.toSorted().toReversed()].map(
      (lines, n) => HEADER + lines.map((line) => line.replace('ordered', `file ${n}`)).join(''),
    );
    const ids = [];
    for (const file of files) ids.push(await accept(file));
    await Promise.all(ids.map((id) => runner().run(id, NEVER)));
    for (const id of ids) {
      const { row: done } = await status(id);
      expect([done.state, done.created + done.updated, done.failed]).toEqual(['succeeded', 1_500, 0]);
    }
  });

  it('retries a chunk after a deadlock', async () => {
    await importFile(HEADER + row('A', 'a') + row('B', 'b'));
    const id = await accept(HEADER + row('A', 'imported') + row('B', 'imported'));
    const rival = dataSource.createQueryRunner();
    await rival.startTransaction();
    await rival.query(`SET LOCAL deadlock_timeout = '60s'`);
    await rival.query(`UPDATE catalog_items SET name = 'rival' WHERE sku = 'B'`);
    const run = runner().run(id, NEVER);
    // Waits for the import's lock on A while the import waits for B. The import's connection finds the deadlock.
    await waitUntilBlocked();
    await rival.query(`UPDATE catalog_items SET name = 'rival' WHERE sku = 'A'`);
    await rival.commitTransaction();
    await rival.release();
    await run;
    expect((await status(id)).row).toMatchObject({ state: 'succeeded', updated: 2, failed: 0 });
    expect((await items()).map(({ name }) => name)).toEqual(['imported', 'imported']);
  });

  const waitUntilBlocked = async () => {
    for (let tries = 0; tries < 2_000; tries++) {
      const [{ blocked }] = await dataSource.query(
        `SELECT count(*)::int AS blocked FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (blocked > 0) return;
    }
    throw new Error('The import does not wait for the lock');
  };

  it('fails only the row that PostgreSQL refuses', async () => {
    await dataSource.query(`ALTER TABLE catalog_items ADD CONSTRAINT planted CHECK (name <> 'refused')`);
    try {
      const { row: done, errors } = await importFile(
        HEADER + row('C', 'c') + row('B', 'refused') + row('A', 'a'),
      );
      expect(done).toMatchObject({ state: 'succeeded', created: 2, failed: 1 });
      expect(errors).toMatchObject([{ rowNumber: 3, columnName: null, code: 'refused' }]);
    } finally {
      await dataSource.query('ALTER TABLE catalog_items DROP CONSTRAINT planted');
    }
  });

  it('fails an import after the last attempt without progress, and keeps the rows before it', async () => {
    const id = await accept(HEADER + rows(1_000).join(''));
    await dataSource.query(`UPDATE catalog_import_chunks SET rows = '{}' WHERE position = 1`);
    // The first attempt makes progress.
    for (let attempt = 0; attempt <= MAX_ATTEMPTS; attempt++) {
      expect((await status(id)).row.state).not.toBe('failed');
      await runner().run(id, NEVER);
    }
    const { row: done } = await status(id);
    expect(done).toMatchObject({ state: 'failed', created: 500, problem: { code: 'import_failed' } });
  });

  it('invalidates exactly the items that a chunk changed', async () => {
    await importFile(HEADER + row('A', 'a') + row('B', 'b'));
    const invalidated: string[] = [];
    await runner(invalidated).run(
      await accept(HEADER + row('A', 'a') + row('B', 'new') + row('C', 'c')),
      NEVER,
    );
    expect(invalidated.toSorted()).toEqual(['B', 'C']);
  });

  it('deletes everything of a refused file, even if it is refused at its end', async () => {
    const file = `${HEADER}${rows(1_100).join('')}"open`;
    await expect(uploads().store(chunksOf(file))).rejects.toMatchObject({ code: 'malformed_csv' });
    expect([await count('catalog_imports'), await count('catalog_import_chunks')]).toEqual([0, 0]);
  });

  it('limits unfinished imports exactly, under concurrent uploads', async () => {
    const begun = await Promise.allSettled(
      Array.from({ length: PENDING_LIMIT * 3 }, () => accept(HEADER + row('A', 'a'))),
    );
    const refused = begun.flatMap((one) => (one.status === 'rejected' ? one.reason.code : []));
    expect(refused).toEqual(Array.from({ length: PENDING_LIMIT * 2 }, () => 'too_many_imports'));
    expect(await count('catalog_imports')).toBe(PENDING_LIMIT);
  });

  it('requeues each import without progress once', async () => {
    const id = await accept(HEADER + row('A', 'a'));
    expect(await sweeper().sweep()).toBe(0);
    await dataSource.query(`UPDATE catalog_imports SET requeue_at = now() - interval '1 second'`);
    await Promise.all([sweeper().sweep(), sweeper().sweep()]);
    expect(requeued).toEqual([{ id, jobId: id }]);
    await runner().run(id, NEVER);
    await dataSource.query(`UPDATE catalog_imports SET requeue_at = now() - interval '1 second'`);
    expect(await sweeper().sweep()).toBe(0);
  });

  it('makes an import due immediately when its worker stops', async () => {
    const id = await accept(HEADER + row('A', 'a'));
    const stopped = AbortSignal.abort();
    for (let stops = 0; stops <= MAX_ATTEMPTS; stops++) await runner().run(id, stopped);
    expect(await sweeper().sweep()).toBe(1);
    expect((await status(id)).row).toMatchObject({ state: 'running', created: 0 });
    // Without a job ID, the queue accepts the job even if it still has the job of the dead worker.
    expect(requeued).toEqual([{ id, jobId: undefined }]);
  });

  it('requeues every unfinished import when a worker starts', async () => {
    await importFile(HEADER + row('A', 'a'));
    const ids = [await accept(HEADER + row('A', 'a')), await accept(HEADER + row('B', 'b'))];
    await uploads().store(chunksOf(HEADER + row('C', 'c')));
    expect(await sweeper().sweepAll()).toBe(2);
    expect(requeued.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('deletes abandoned uploads and old imports, with their chunks and errors', async () => {
    await importFile(HEADER + row('?', 'a'));
    const pending = await accept(HEADER + row('A', 'a'));
    await uploads().store(chunksOf(HEADER + row('A', 'a')));
    expect([await sweeper().deleteAbandoned(NEVER), await sweeper().purge(NEVER)]).toEqual([0, 0]);
    await dataSource.query(
      `UPDATE catalog_imports SET requeue_at = now() - interval '1 hour', finished_at = finished_at - interval '31 days'`,
    );
    expect([await sweeper().deleteAbandoned(NEVER), await sweeper().purge(NEVER)]).toEqual([1, 1]);
    expect([await count('catalog_import_chunks'), await count('catalog_import_errors')]).toEqual([1, 0]);
    await expect(status(pending)).resolves.toBeDefined();
  });

  it('exports a file in batches, and importing it changes nothing', async () => {
    const texts = ['=1+1', "'=1", "'", '"', ' x ', 'a;b', 'a\r\nb', '-1', '@x', '\tx', 'Ёж 🦔'];
    const attributes = '{"a":"=1","b":[1,2.5,true],"c":"x\\ny"}';
    const odd = texts.map((text, n) =>
      csvLine([`ODD-${n}`, text, text, text, '1', 'USD', '0.001', '', n % 2 ? attributes : '']),
    );
    await importFile(HEADER + rows(1_100).join('') + odd.join(''));
    expect(
      (
        await dataSource.query(
          `SELECT name FROM catalog_items WHERE sku LIKE 'ODD%' ORDER BY length(sku), sku`,
        )
      ).map(({ name }: { name: string }) => name),
    ).toEqual(texts);
    const parts = [];
    const exporter = new ItemsExport(new CatalogItemsRepository(database));
    for await (const part of await exporter.file(new TransactionContext(), { archived: false }))
      parts.push(part);
    expect(parts.length).toBe(4);
    expect((await importFile(parts.join(''))).row).toMatchObject({ unchanged: 1_111, rowsTotal: 1_111 });
    await dataSource.query('TRUNCATE catalog_items');
    const before = parts.join('');
    await importFile(before);
    const again = [];
    for await (const part of await exporter.file(new TransactionContext(), { archived: false }))
      again.push(part);
    expect(again.join('')).toBe(before);
  });
});
