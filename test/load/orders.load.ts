import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client, Pool } from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../libs/embedded-postgres/src/embedded-postgres';
import { brokerUrl } from '../support/database';
import { differencesOf, drillOrders, type OrderDrill } from '../support/order-drill';
import { eventually } from '../support/poll';
import { startServer, type TestServer } from '../support/server';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

const UNREACHABLE_RATES = { CBR_JSON_URL: 'http://127.0.0.1:9/', CBR_XML_URL: 'http://127.0.0.1:9/' };
const backends: { name: string; url: () => string | undefined }[] = [
  { name: 'the embedded stream', url: () => undefined },
  { name: 'NATS', url: () => brokerUrl('nats') },
  { name: 'RabbitMQ', url: () => brokerUrl('rabbitmq') },
];

/** A PostgreSQL that tests can restart. Its port changes, so clients connect to a proxy. */
class RestartablePostgres {
  private constructor(
    private readonly dir: string,
    private running: EmbeddedPostgres,
    private readonly proxy: TcpProxy,
  ) {}

  static async start(): Promise<RestartablePostgres> {
    const root = path.resolve(__dirname, '../../.data');
    mkdirSync(root, { recursive: true });
    const dir = mkdtempSync(path.join(root, 'load-'));
    const running = await startEmbeddedPostgres({ dir });
    return new RestartablePostgres(
      dir,
      running,
      await startTcpProxy({ host: '127.0.0.1', port: running.port }),
    );
  }

  get url(): string {
    const url = new URL(this.running.url);
    url.port = String(this.proxy.port);
    return url.href;
  }

  async restart(): Promise<void> {
    await this.running.stop();
    this.running = await startEmbeddedPostgres({ dir: this.dir });
    this.proxy.target = { host: '127.0.0.1', port: this.running.port };
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.running.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

for (const { name, url } of backends) {
  const isFound = name === 'the embedded stream' || url() !== undefined;
  (isFound ? describe : describe.skip)(`50,000 messages over ${name}`, () => {
    const broker = url();
    let postgres: RestartablePostgres;
    let pool: Pool;
    let servers: TestServer[];
    let env: Record<string, string>;

    beforeEach(async () => {
      postgres = await RestartablePostgres.start();
      pool = new Pool({ connectionString: postgres.url, max: 2 });
      pool.on('error', () => undefined); // the restart ends its connections
      servers = [];
      const prefix = `load-${randomUUID().slice(0, 8)}`;
      env = { ...UNREACHABLE_RATES, ...(broker && { BROKER_URL: broker, BROKER_PREFIX: prefix }) };
    });
    afterEach(async () => {
      for (const server of servers) await server.kill().catch(() => undefined);
      await pool.end();
      await postgres.stop();
    });

    const drill = (more: Partial<OrderDrill>): OrderDrill => ({
      ...{ seed: 7, count: 50_000, invalid: 0.02, duplicates: 0.05, conflicts: 0.02, kills: 5 },
      database: { rows: async (text, parameters) => (await pool.query(text, parameters)).rows },
      start: async () => {
        const server = await startServer({ databaseUrl: postgres.url, env });
        servers.push(server);
        return server;
      },
      env: { ...env, DATABASE_URL: postgres.url },
      deadlineMs: 60_000,
      ...more,
    });

    it('result in the expected orders and dead letters, even if processes are killed', async () => {
      const begun = performance.now();
      const whole = drill({ halfway: () => postgres.restart() });
      await drillOrders(whole);
      expect(await differencesOf(whole)).toEqual([]);
      const { url: address } = servers.at(-1)!;
      await eventually(
        async () =>
          /waybill_broker_lag_messages\{[^}]*\} 0$/m.test(await (await fetch(`${address}/metrics`)).text()),
        { describe: 'no message is left' },
      );
      console.log(`${name}: ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
    });

    it('are partly lost if they are acknowledged before the commit', async () => {
      const preload = path.join(__dirname, 'acknowledge-early.cjs');
      const start = async () => {
        const server = await startServer({ databaseUrl: postgres.url, env, preload });
        servers.push(server);
        return server;
      };
      const broken = drill({ count: 5_000, kills: 1, start, deadlineMs: 30_000 });
      await expect(drillOrders(broken)).rejects.toThrow(/orders and \d+ dead letters are stored/);
      expect((await differencesOf(broken)).length).toBeGreaterThan(0);
    });
  });
}

describe('a million stored orders', () => {
  it('do not prevent a fast start with bounded memory', async () => {
    const postgres = await RestartablePostgres.start();
    let server: TestServer | undefined;
    try {
      server = await startServer({ databaseUrl: postgres.url, env: UNREACHABLE_RATES });
      await server.stop();
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      await client.query(`
        WITH made AS (
          INSERT INTO order_inbox (source, digest, outcome, order_uid, document)
          SELECT 'stream', sha256(n::text::bytea), 'stored', 'uid-' || n,
            json_build_object('order_uid', 'uid-' || n, 'padding', repeat('x', 1000))::text
          FROM generate_series(1, 1000000) AS n RETURNING position, order_uid)
        INSERT INTO orders (order_uid, position, source, customer_id, track_number, skus, placed_at)
        SELECT order_uid, position, 'stream', 'customer', 'track-' || position, ARRAY['sku-' || position], now() FROM made`);
      await client.query('VACUUM ANALYZE orders');
      await client.end();

      const begun = performance.now();
      server = await startServer({ databaseUrl: postgres.url, env: UNREACHABLE_RATES });
      const { url, pid } = server;
      await eventually(async () => (await fetch(`${url}/readyz`)).status === 200, {
        describe: 'it is ready',
      });
      const seconds = (performance.now() - begun) / 1_000;
      const megabytes =
        Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
      console.log(`A million orders: ready after ${seconds.toFixed(1)} s, RSS ${megabytes.toFixed(0)} MB`);
      expect(seconds).toBeLessThan(10);
      expect(megabytes).toBeLessThan(400);
      await server.stop();
    } finally {
      await postgres.stop();
    }
  });
});
