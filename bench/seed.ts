import { eventually } from '../test/support/poll';
import type { Client } from './client/client';
import type { Request } from './client/load';

/** As many as a page has, so that the list is whole. */
const PACKAGES = 50;

/** Callers with packages that are priced. */
export interface Seed {
  callers: { cookie: string; packageIds: number[] }[];
}

/** A registration as callers send it. */
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

/** Opens a session. @returns its cookie */
export async function openSession(url: string): Promise<string> {
  const reply = await fetch(`${url}/api/v1/sessions`, { method: 'POST' });
  const cookie = reply.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`POST ${reply.url} gave no session: ${reply.status} ${await reply.text()}`);
  return cookie;
}

/** Lets callers register packages and waits until all have their price, as anybody would who has only the API. */
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
