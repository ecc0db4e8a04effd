import { eventually } from '../support/poll';
import { useServers } from '../support/use-server';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { selfSignedCertificate } from '../support/certificate';
import { type TestServer } from '../support/server';

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const KEY = 'k'.repeat(40);
const TIMEOUT_MS = 120_000;

describe('TLS', () => {
  const { cert, key } = selfSignedCertificate();
  let folder: string;
  const servers = useServers({ env: { BOOTSTRAP_ADMIN_KEY: KEY } });
  let server: TestServer;
  let running: TestServer | undefined;
  let keysMade: number;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'waybill-tls-'));
    writeFileSync(path.join(folder, 'cert.pem'), cert);
    writeFileSync(path.join(folder, 'key.pem'), key, { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts a server in place of the one before. */
  const start = async (env: Record<string, string>): Promise<void> => {
    await running?.stop();
    running = server = await servers.start({ env });
    keysMade = 0;
  };

  function ask(
    url: string,
    method: string,
    at: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Reply> {
    const client = url.startsWith('https:') ? https : http;
    return new Promise((resolve, reject) => {
      const request = client.request(
        new URL(at, url),
        { method, headers, ca: cert, timeout: TIMEOUT_MS },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (more: string) => (text += more));
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: text }),
          );
        },
      );
      request.on('timeout', () => request.destroy(new Error('No answer'))).on('error', reject);
      request.end(body);
    });
  }
  const cookieOf = ({ headers }: Reply): string => String(headers['set-cookie']);

  it('is served with a certificate, a __Host- cookie and HSTS', async () => {
    await start({
      TLS_CERT_FILE: path.join(folder, 'cert.pem'),
      TLS_KEY_FILE: path.join(folder, 'key.pem'),
    });
    expect(server.url).toMatch(/^https:\/\//);
    const opened = await ask(server.url, 'POST', '/api/v1/sessions');
    expect(opened.status).toBe(201);
    expect(cookieOf(opened)).toMatch(
      /^__Host-waybill_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(opened.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    const cookie = cookieOf(opened).split(';', 1)[0] as string;
    const current = (sent: string) => ask(server.url, 'GET', '/api/v1/sessions/current', { Cookie: sent });
    expect((await current(cookie)).status).toBe(200);
    expect((await current(cookie.replace('__Host-', ''))).status).toBe(401);
    expect((await current(`${cookie}; ${cookie}`)).status).toBe(401);
    const ended = await ask(server.url, 'DELETE', '/api/v1/sessions/current', { Cookie: cookie });
    expect(cookieOf(ended)).toMatch(/^__Host-waybill_session=; Path=\/; Expires=Thu, 01 Jan 1970 .*Secure/);
    expect(server.output()).not.toContain(key.split('\n')[1]);
  });

  it('refuses plain HTTP on the TLS port', async () => {
    await start({ TLS_CERT: cert, TLS_KEY: key });
    await expect(ask(server.url.replace('https:', 'http:'), 'GET', '/livez')).rejects.toThrow(
      /hang up|ECONNRESET/,
    );
    expect((await ask(server.url, 'GET', '/livez')).status).toBe(200);
  });

  it('is not assumed over plain HTTP with X-Forwarded-Proto', async () => {
    await start({});
    const opened = await ask(server.url, 'POST', '/api/v1/sessions', { 'X-Forwarded-Proto': 'https' });
    expect(cookieOf(opened)).toMatch(
      /^waybill_session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    expect(opened.headers['strict-transport-security']).toBeUndefined();
  });

  const forwarded = {
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-For': '203.0.113.9',
    'X-Forwarded-Host': 'api.example',
  };
  const addressOfLatest = async (): Promise<string> => {
    const auth = { Authorization: `Bearer ${KEY}` };
    const { body } = await ask(server.url, 'GET', '/api/v1/admin/audit-log?limit=1', auth);
    return JSON.parse(body).items[0].origin.address as string;
  };
  const makeKey = async (headers: Record<string, string>): Promise<void> => {
    const sent = { ...headers, Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ name: 'x', scopes: ['jobs:run'] });
    expect((await ask(server.url, 'POST', '/api/v1/api-keys', sent, body)).status).toBe(201);
    keysMade++;
  };

  describe('behind a trusted proxy', () => {
    beforeAll(() => start({ TRUST_PROXY: 'loopback', LIMIT_SESSIONS_PER_MINUTE: '3' }));

    it('is taken from the headers of the proxy, as are the address and the host', async () => {
      const opened = await ask(server.url, 'POST', '/api/v1/sessions', forwarded);
      expect(cookieOf(opened)).toMatch(/^__Host-waybill_session=.*; Secure/);
      expect(opened.headers['strict-transport-security']).toBeDefined();
      const cookie = cookieOf(opened).split(';', 1)[0] as string;
      const own = { ...forwarded, Cookie: cookie, Origin: 'https://api.example' };
      expect((await ask(server.url, 'DELETE', '/api/v1/sessions/current', own)).status).toBe(204);
      await makeKey(forwarded);
      expect(await addressOfLatest()).toBe('203.0.113.9');
    });

    it.each([
      ['203.0.113.9:4711', '203.0.113.9'],
      ['198.51.100.7, [2001:db8::1]:4711', '2001:db8::1'],
      ['no address', '127.0.0.1'],
      ['203.0.113.9, unknown', '127.0.0.1'],
    ])('takes the client address from %j', async (written, address) => {
      await makeKey({ ...forwarded, 'X-Forwarded-For': written });
      expect(await addressOfLatest()).toBe(address);
    });

    it('logs one warning when the headers have no address', async () => {
      for (const written of ['no address', '203.0.113.9, unknown'])
        await makeKey({ ...forwarded, 'X-Forwarded-For': written });
      // The log is written in batches: a warning stands before the line of its request.
      const logged = () =>
        [...server.output().matchAll(/"route":"\/api\/v1\/api-keys"/g)].length === keysMade;
      await eventually(logged, { describe: 'the log of all requests' });
      expect(server.output().match(/X-Forwarded-For does not end with an address/g)).toHaveLength(1);
    });

    it('counts requests of one address together, whatever their port', async () => {
      const statuses: number[] = [];
      for (const port of [1, 2, 3, 4]) {
        const headers = { 'X-Forwarded-For': `203.0.113.77:${port}` };
        statuses.push((await ask(server.url, 'POST', '/api/v1/sessions', headers)).status);
      }
      expect(statuses).toEqual([201, 201, 201, 429]);
    });
  });

  it('ignores the headers of a proxy that is not trusted', async () => {
    await start({ TRUST_PROXY: '192.0.2.0/24' });
    const opened = await ask(server.url, 'POST', '/api/v1/sessions', forwarded);
    expect(cookieOf(opened)).toMatch(/^waybill_session=/);
    expect(opened.headers['strict-transport-security']).toBeUndefined();
    await makeKey(forwarded);
    expect(await addressOfLatest()).toBe('127.0.0.1');
  });
});
