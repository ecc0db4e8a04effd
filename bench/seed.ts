import { eventually } from '../test/support/poll';
import type { Client } from './client/client';
import type { Request } from './client/load';

/** The maximum page size, so that one page lists them all. */
const PACKAGES = 50;

/** Callers with priced packages. */
export interface Seed {
  callers: { cookie: string; packageIds: number[] }[];
}

/** A registration request. */
export const registration = (cookie: string): Request => ({
  method: 'POST',
  path: '/api/v1/packages',
  headers: { cookie, 'content-type': 'application/json' },
  body: JSON.stringify({
    name: 'Winter boots, size 42',
    weight_kg: '1.5',
    content_value: { amount: '10.99', currency: 'USD' },
    type_id: 1,
  }),
});

/** Creates a session. @returns its cookie */
export async function openSession(url: string): Promise<string> {
  const reply = await fetch(`${url}/api/v1/sessions`, { method: 'POST' });
  const cookie = reply.headers.get('set-cookie')?.split(';')[0];
  if (!cookie)
    throw new Error(`POST ${reply.url} returned no session: ${reply.status} ${await reply.text()}`);
  return cookie;
}

/** Registers packages for callers through the API, and waits until all are priced. */
export async function seed(url: string, client: Client, callers: number): Promise<Seed> {
  const cookies: string[] = [];
  for (let count = 0; count < callers; count += 1) cookies.push(await openSession(url));
  await client.run({
    kind: 'closed',
    url,
    requests: cookies.map(registration),
    connections: callers,
    amount: callers * PACKAGES,
  });
  const made: Seed['callers'] = [];
  for (const cookie of cookies) made.push({ cookie, packageIds: await pricedPackages(url, cookie) });
  return { callers: made };
}

async function pricedPackages(url: string, cookie: string): Promise<number[]> {
  return eventually(
    async () => {
      const reply = await fetch(`${url}/api/v1/packages?has_cost=true&limit=200`, { headers: { cookie } });
      const { items } = (await reply.json()) as { items: { id: number }[] };
      return items.length === PACKAGES && items.map(({ id }) => id);
    },
    { describe: `a caller has ${PACKAGES} priced packages`, deadlineMs: 60_000 },
  );
}
