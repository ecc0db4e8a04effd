import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer, type TestServer } from '../support/server';
import { administrator } from '../support/callers';
import { connect } from '../support/api';
import { eventually } from '../support/poll';
import { produce } from '../support/produce';
import { describeWithNatsServer, startNatsServer } from '../../libs/broker/test/nats-server';
import { makeRunFolder } from '../support/test-run';

describe('the producer', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({
      env: { CBR_JSON_URL: 'http://127.0.0.1:9/', CBR_XML_URL: 'http://127.0.0.1:9/' },
    });
  });
  afterAll(() => server.stop());

  it('finds the embedded stream of the server that uses DATA_DIR', async () => {
    const said = await produce(['--count', '30', '--seed', '5'], { DATA_DIR: server.dataDir });
    expect(said).toBe('Published 30 messages to the embedded stream.\n');
    const admin = administrator(await connect(server.url), server);
    await eventually(async () => (await admin.get('/orders')).body.items.length === 30, {
      describe: 'the orders are stored',
    });
  });

  it('refuses an older Node, which would not find the server', async () => {
    const preload = path.join(server.dataDir, 'old-node.cjs');
    writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '20.20.2' });`);
    const env = { DATA_DIR: server.dataDir, NODE_OPTIONS: `--require ${preload}` };
    await expect(produce(['--count', '1'], env)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Node 20.20.2 is too old to run Waybill'),
    });
  });

  it.each([
    [
      'no server runs',
      ['--count', '1'],
      { DATA_DIR: '/nonexistent' },
      'No server is running on /nonexistent.',
    ],
    ['an option is wrong', ['--rate', 'fast'], {}, '--rate must be a whole number'],
    ['there is no such file', ['--file', '/nonexistent.ndjson'], {}, 'ENOENT'],
  ])('says so, and exits with 1, if %s', async (_, args, env, message) => {
    const failed = produce(args, { DATA_DIR: server.dataDir, ...env });
    await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });
});

describeWithNatsServer('the producer on NATS', () => {
  it('exits with 1 and says how many messages were not confirmed', async () => {
    const nats = await startNatsServer('max_payload: 1KB');
    const dir = makeRunFolder();
    const file = path.join(dir, 'orders.ndjson');
    writeFileSync(file, `{}\n${'x'.repeat(2_000)}\n`);
    try {
      await expect(
        produce(['--file', file], { DATA_DIR: dir, BROKER_URL: `nats://${nats.host}:${nats.port}` }),
      ).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^Published 0 messages to NATS at 127\.0\.0\.1:\d+\.$/m),
        stderr: expect.stringMatching(/^Not confirmed: 2 messages: Message 1: it has \d+ bytes/m),
      });
    } finally {
      await nats.stop();
      rmSync(dir, { recursive: true });
    }
  });
});
