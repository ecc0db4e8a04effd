import { randomBytes } from 'node:crypto';
import type { Api } from './api';

/** A staff user that a test created. */
export interface Staff {
  id: string;
  email: string;
  password: string;
}

/** Creates a user. @param administrator a caller with users:manage */
export async function newStaff(administrator: Api, role: 'agent' | 'operator' | 'admin'): Promise<Staff> {
  const email = `${role}-${randomBytes(6).toString('hex')}@example.com`;
  const password = `herons ${randomBytes(12).toString('base64url')}`;
  const { status, body, text } = await administrator.post('/users', { email, role, password });
  if (status !== 201) throw new Error(`No user was created: ${status} ${text}`);
  return { id: (body as { id: string }).id, email, password };
}

/** Signs in. @returns the value of the `Cookie` header */
export async function signIn(
  api: Api,
  { email, password }: Pick<Staff, 'email' | 'password'>,
  headers: Record<string, string> = {},
): Promise<string> {
  const reply = await api.anonymous().post('/auth/login', { email, password }, { headers });
  if (reply.status !== 200) throw new Error(`The sign-in failed: ${reply.status} ${reply.text}`);
  return String(reply.headers['set-cookie']).split(';', 1)[0] as string;
}

/** Creates a user of this role and signs in. */
export async function newSignedIn(
  api: Api,
  administrator: Api,
  role: 'agent' | 'operator' | 'admin',
): Promise<Api> {
  return api.as({ cookie: await signIn(api, await newStaff(administrator, role)) });
}

/** Creates an API key. @param administrator a caller with keys:manage and the scopes of the key */
export async function newKey(
  administrator: Api,
  scopes: string[],
  more: Record<string, unknown> = {},
): Promise<{ id: string; key: string }> {
  const { status, body, text } = await administrator.post('/api-keys', { name: 'A test', scopes, ...more });
  if (status !== 201) throw new Error(`No key was created: ${status} ${text}`);
  return body as { id: string; key: string };
}

/** Returns the time a number of seconds from now. */
export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
