import { useServer } from '../support/use-server';
import { eventually } from '../support/poll';
import { sendRaw } from '../support/raw-http';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const BOOTSTRAP_ADMIN_KEY = 'a-key-of-our-own,-which-is-long-enough';

describe('logs, metrics and health for operators', () => {
  const { server, api } = useServer({ env: { OPS_PORT: '0', BOOTSTRAP_ADMIN_KEY } });

  it('each request has one log line, with its ID and trace ID and without its query', async () => {
    const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, 'X-Request-Id': 'operators-see-this' };
    const reply = await api.get('/types', { headers, query: { limit: 7 } });
    expect(reply.headers['x-request-id']).toBe('operators-see-this');
    const line = await eventually(
      () =>
        server
          .output()
          .split('\n')
          .find((text) => text.includes('operators-see-this')),
      { describe: 'the log line of the request is written' },
    );
    expect(JSON.parse(line)).toMatchObject({ trace_id: TRACE, route: '/api/v1/types', status: 200 });
    expect(line).not.toContain('limit');
  });

  it('metrics are served on the operations port only', async () => {
    expect((await api.get('/metrics')).status).toBe(404);
    const metrics = await (await fetch(`${server.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /waybill_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/types",status="200"\} \d/,
    );
  });

  it('measures the backlog, the queues and the build', async () => {
    const metrics = await (await fetch(`${server.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^waybill_registrations_pending 0$/m);
    expect(metrics).toMatch(/^waybill_registrations_oldest_pending_seconds 0$/m);
    expect(metrics).toMatch(/^waybill_queue_jobs\{queue="registrations",state="waiting"\} 0$/m);
    expect(metrics).toMatch(/^waybill_build_info\{version="\d+\.\d+\.\d+",node_version="v\d+[^"]*"\} 1$/m);
  });

  it('the operations port answers errors with problem documents', async () => {
    const reply = await fetch(`${server.opsUrl}/nothing`);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await reply.json()).toMatchObject({ code: 'route_not_found', instance: '/nothing' });
  });

  it('the operations port refuses the same requests as the API', async () => {
    const ask = async (method: string, at: string) => {
      const { status, headers } = await fetch(`${server.opsUrl}${at}`, { method });
      return [status, headers.get('allow')];
    };
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect(await ask('GET', path)).toEqual([200, null]);
      expect(await ask('GET', `${path}/`)).toEqual([200, null]);
      expect(await ask('HEAD', path)).toEqual([200, null]);
      expect(await ask('POST', path)).toEqual([405, 'GET, HEAD']);
      expect(await ask('DELETE', path)).toEqual([405, 'GET, HEAD']);
      expect(await ask('GET', `${path}?x=1`)).toEqual([400, null]);
    }
    expect(await ask('GET', '/%zz')).toEqual([400, null]);
    const raw = (head: string) => sendRaw(server.opsUrl as string, `${head}\r\nConnection: close\r\n\r\n`);
    for (const [head, status] of [
      ['GET /livez HTTP/1.0', 200],
      ['GET /livez HTTP/1.1', 400],
      ['GET /livez HTTP/1.1\r\nHost: a b', 400],
      ['CONNECT x:1 HTTP/1.1\r\nHost: x', 405],
      ['Hello!', 400],
    ] as const) {
      const [reply] = await raw(head);
      expect([head, reply?.status]).toEqual([head, status]);
    }
  });

  it('the printed curl commands name the variable of the key, not its value', async () => {
    expect(server.output()).toContain('Authorization: Bearer $BOOTSTRAP_ADMIN_KEY');
    expect(server.output()).not.toContain(BOOTSTRAP_ADMIN_KEY);
    expect((await api.as({ key: BOOTSTRAP_ADMIN_KEY }).get('/packages')).status).toBe(200);
  });
});
