import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openBroker } from '../../apps/producer/src/open-broker';
import { streamedOrder } from '../../apps/server/src/orders/orders.examples';
import { loadConfig } from '../../libs/config/src';
import { answered } from '../support/answered';
import { CHROMIUM, useChromium } from '../support/chromium';
import { eventually } from '../support/poll';
import { newStaff, type Staff } from '../support/staff';
import { useServer } from '../support/use-server';

const SHOTS = process.env['SCREENSHOTS'];

(CHROMIUM ? describe : describe.skip)('the page of orders, in Chromium', () => {
  const { server, admin, database } = useServer();
  const chromium = useChromium();
  let agent: Staff;

  beforeAll(async () => {
    const { broker, close } = await openBroker(loadConfig('all', { DATABASE_URL: database.url }));
    const hostile = { ...streamedOrder, order_uid: 'hostile/uid', locale: '<img src=x onerror=alert(1)>' };
    const orders = [streamedOrder, hostile].map((order) => ({ body: Buffer.from(JSON.stringify(order)) }));
    await broker.publish('orders.order.placed.v1', orders);
    await close();
    await eventually(async () => (await admin.get('/orders')).body.items.length === 2, {
      describe: 'the orders are stored',
    });
    agent = await newStaff(admin, 'agent');
  });

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(agent.email);
    await page.getByLabel('Password').fill(agent.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function search(page: Page, uid: string): Promise<void> {
    await page.getByLabel('Order UID').fill(uid);
    await page.getByRole('button', { name: 'Show' }).click();
  }

  it('asks to sign in, and then shows an order and its JSON', async () => {
    const { page, requests } = await chromium.show(`${server.url}/console/orders`);
    await search(page, streamedOrder.order_uid);
    await page.getByText('Sign in to read orders.').waitFor();
    await signIn(page);

    await page.getByRole('heading', { name: `Order ${streamedOrder.order_uid}` }).waitFor();
    const order = page.getByRole('article');
    for (const text of ['Test Testov', 'Kiryat Mozkin', 'wbpay', 'Mascaras', 'Vivienne Sabo'])
      expect(await order.innerText()).toContain(text);
    await order.getByText('JSON', { exact: true }).click();
    expect(JSON.parse(await order.locator('pre').innerText())).toEqual(streamedOrder);
    expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    if (SHOTS) {
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: path.join(SHOTS, 'orders.png'), fullPage: true });
    }
  });

  it('says when there is no such order, and shows texts of an order as texts', async () => {
    const { page, errors } = await chromium.show(`${server.url}/console/orders#nothing`);
    await signIn(page);
    await page.getByText('There is no order with the UID nothing, or you may not read it.').waitFor();
    expect(await page.getByRole('article').isVisible()).toBe(false);

    await search(page, 'hostile/uid');
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
    expect(await page.locator('article img').count()).toBe(0);
    // Chromium logs replies of 401 and 404.
    expect(errors.filter((error) => !/status of 40[14]/.test(error))).toEqual([]);
  });

  it('says why a sign-in failed, and can be used with the keyboard', async () => {
    const { page } = await chromium.show(`${server.url}/console/orders`);
    await page.keyboard.type(streamedOrder.order_uid);
    await page.keyboard.press('Enter');
    await page.getByText('Sign in to read orders.').waitFor();
    await page.keyboard.type(agent.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type('a wrong password');
    await page.keyboard.press('Enter');
    await page.getByText('The email address or the password is wrong').waitFor();
  });

  it('is served with a policy that allows no inline script', async () => {
    const reply = await fetch(`${server.url}/console/orders`);
    expect(reply.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(await reply.text()).not.toMatch(/<script>|onclick/);
    await answered(admin.get(`/orders/${encodeURIComponent('hostile/uid')}`), 200);
  });
});
