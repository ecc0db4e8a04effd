import { randomUUID } from 'node:crypto';
import type { Api } from '../support/api';
import { eventually } from '../support/poll';
import { RawConnection } from '../support/raw-http';
import { newKey, newStaff, signIn, type Staff } from '../support/staff';
import { useServer } from '../support/use-server';

const PASSWORD = 'seven wet herons on a roof';

describe('a request whose caller ends while its body arrives', () => {
  const { server, api, admin } = useServer();
  beforeAll(() => newStaff(admin, 'admin')); // so that no other administrator is the last one

  /** Sends the headers and waits until the server has authenticated the caller. @returns a function that sends the body */
  const begin = async (path: string, credentials: string, body: object) => {
    const text = JSON.stringify(body);
    const connection = await RawConnection.open(server.url);
    connection.send(
      `POST /api/v1${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${credentials}\r\n` +
        `Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n`,
    );
    await eventually(() => connection.text.includes('100 Continue'), {
      describe: 'the server sends 100 Continue',
    });
    return async (): Promise<[number, string | undefined]> => {
      const reply = (await connection.send(text).replies()).at(-1);
      return [Number(reply?.status), (JSON.parse(reply?.body || '{}') as { code?: string }).code];
    };
  };
  const powers: [string, () => object][] = [
    ['/api-keys', () => ({ name: 'left behind', scopes: ['keys:manage', 'packages:read_all'] })],
    ['/users', () => ({ email: `${randomUUID()}@example.com`, role: 'agent', password: PASSWORD })],
  ];
  const change = async ({ id }: Staff, body: object): Promise<void> => {
    const headers = { 'If-Match': String((await admin.get(`/users/${id}`)).headers.etag) };
    expect((await admin.patch(`/users/${id}`, body, { headers })).status).toBe(200);
  };
  const ends: [string, (staff: Staff, signedIn: Api) => Promise<unknown>, [number, string]][] = [
    ['signs out', (_, signedIn) => signedIn.post('/auth/logout'), [401, 'unauthenticated']],
    ['is disabled', (staff) => change(staff, { disabled: true }), [401, 'unauthenticated']],
    ['gets another role', (staff) => change(staff, { role: 'agent' }), [403, 'scope_missing']],
    [
      'gets another password and loses all API keys',
      (staff) => change(staff, { password: `${PASSWORD} again`, revoke_api_keys: true }),
      [401, 'unauthenticated'],
    ],
  ];

  describe.each(powers)('POST %s', (path, body) => {
    it.each(ends)('creates nothing when its user %s', async (_, end, refusal) => {
      const staff = await newStaff(admin, 'admin');
      const cookie = await signIn(api, staff);
      const finish = await begin(path, `Cookie: ${cookie}`, body());
      await end(staff, api.as({ cookie }));
      expect(await finish()).toEqual(refusal);
    });

    it('creates nothing when its key is revoked', async () => {
      const { id, key } = await newKey(admin, (await admin.get('/api-keys')).body.items.at(-1).scopes);
      const finish = await begin(path, `Authorization: Bearer ${key}`, body());
      expect((await admin.delete(`/api-keys/${id}`)).status).toBe(204);
      expect(await finish()).toEqual([401, 'unauthenticated']);
    });

    it('succeeds when nothing happens', async () => {
      const cookie = await signIn(api, await newStaff(admin, 'admin'));
      expect((await (await begin(path, `Cookie: ${cookie}`, body()))())[0]).toBe(201);
    });
  });
});
