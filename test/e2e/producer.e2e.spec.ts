import { startServer, type TestServer } from '../support/server';
import { administrator } from '../support/callers';
import { connect } from '../support/api';
import { eventually } from '../support/poll';
import { produce } from '../support/produce';

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
