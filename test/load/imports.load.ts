import { readFileSync } from 'node:fs';
import { eventually } from '../support/poll';
import { useServer } from '../support/use-server';

const ROWS = 100_000;
const LIMIT_MB = 256;
const KEY = 'k'.repeat(40);
const HEADER = 'sku,name,brand,category,price_amount,price_currency,weight_kg,hs_code,attributes\n';
const headers = { Authorization: `Bearer ${KEY}` };

const row = (n: number, name: string): string =>
  `SKU-${n},${name} ${n} with a lining of wool,Nordkapp,shoes,${n % 9_000}.50,RUB,1.5,640391,"{""colour"":""black"",""sizes"":[41,42]}"\n`;

// One process serves HTTP and runs the worker. Linux reports its peak memory.
describe(`an import of ${ROWS} rows`, () => {
  const { server } = useServer({ env: { BOOTSTRAP_ADMIN_KEY: KEY } });

  const peakMegabytes = (): number =>
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1_024;
  const url = (path: string) => new URL(path, server.url);

  async function importRows(name: string): Promise<Record<string, unknown>> {
    async function* file() {
      yield Buffer.from(HEADER);
      for (let n = 0; n < ROWS; n += 1_000)
        yield Buffer.from(Array.from({ length: 1_000 }, (_, m) => row(n + m, name)).join(''));
    }
    const begun = performance.now();
    const reply = await fetch(url('/api/v1/catalog/imports'), {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'text/csv' },
      body: ReadableStream.from(file()),
      duplex: 'half',
    } as RequestInit);
    expect([reply.status, await reply.clone().text()]).toEqual([202, expect.stringContaining('"pending"')]);
    const uploaded = performance.now();
    const { id } = (await reply.json()) as { id: string };
    const done = await eventually(
      async () => {
        const status = await fetch(url(`/api/v1/catalog/imports/${id}`), { headers });
        const body = (await status.json()) as Record<string, unknown>;
        return body.finished_at !== null && body;
      },
      { describe: 'the import is over', deadlineMs: 600_000, everyMs: 500 },
    );
    const seconds = [uploaded - begun, performance.now() - uploaded].map((ms) => (ms / 1_000).toFixed(1));
    console.log(
      `${name}: upload ${seconds[0]} s, import ${seconds[1]} s, peak RSS ${peakMegabytes().toFixed(0)} MB`,
    );
    return done;
  }

  it(`stays below ${LIMIT_MB} MB, and so does the export`, async () => {
    expect(await importRows('Boots')).toMatchObject({ state: 'succeeded', created: ROWS });
    expect(await importRows('Shoes')).toMatchObject({ state: 'succeeded', updated: ROWS });
    expect(await importRows('Shoes')).toMatchObject({ state: 'succeeded', unchanged: ROWS });
    const begun = performance.now();
    const reply = await fetch(url('/api/v1/catalog/items.csv'), { headers });
    let lines = 0;
    for await (const chunk of reply.body!) lines += Buffer.from(chunk).filter((byte) => byte === 0x0a).length;
    console.log(
      `export ${((performance.now() - begun) / 1_000).toFixed(1)} s, peak RSS ${peakMegabytes().toFixed(0)} MB`,
    );
    expect(lines).toBe(ROWS + 1);
    expect(peakMegabytes()).toBeLessThan(LIMIT_MB);
  });
});
