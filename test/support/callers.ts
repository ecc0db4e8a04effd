import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from './api';
import type { TestServer } from './server';

/** Creates a customer with an anonymous session. */
export async function newCustomer(api: Api): Promise<Api> {
  return api.as({ cookie: await openSession(api) });
}

/** Opens a session. @returns the value of the `Cookie` header */
export async function openSession(api: Api): Promise<string> {
  const reply = await api.anonymous().post('/sessions');
  if (reply.status !== 201) throw new Error(`No session was opened: ${reply.status} ${reply.text}`);
  return String(reply.headers['set-cookie']).split(';', 1)[0] as string;
}

/** Returns a client with the administrator key that the server generated on start. */
export function administrator(api: Api, server: TestServer): Api {
  return api.as({ key: readFileSync(join(server.dataDir, 'admin.key'), 'utf8').trim() });
}
