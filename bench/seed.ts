import { eventually } from '../test/support/poll';
import { Client } from 'pg';
import type { Client as LoadClient } from './client/client';
import type { Request } from './client/load';

/** Packages per caller. One page of the list contains them all. */
const PACKAGES = 50;

/** Callers with priced packages, the first of whom placed an order. */
export interface Seed {
  callers: { cookie: string; packageIds: number[] }[];
  orderUid: string;
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

/** Registers packages for callers through the API, waits until all are priced, and places an order. */
export async function seed(
  url: string,
  databaseUrl: string,
  client: LoadClient,
  callers: number,
): Promise<Seed> {
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
  return { callers: made, orderUid: await placeOrder(url, databaseUrl, cookies[0]!) };
}

/** @returns the order's UID */
async function placeOrder(url: string, databaseUrl: string, cookie: string): Promise<string> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  await database.query(
    `INSERT INTO catalog_items (sku, name, price_amount, price_currency) VALUES ('BOOTS', 'Winter boots', 19.90, 'USD')`,
  );
  await database.end();
  const reply = await fetch(`${url}/api/v1/orders`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: 1, items: Array.from({ length: 3 }, () => ({ sku: 'BOOTS', qty: 1 })) }),
  });
  const text = await reply.text();
  if (reply.status !== 201) throw new Error(`POST ${reply.url}: ${reply.status} ${text}`);
  return (JSON.parse(text) as { order_uid: string }).order_uid;
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
