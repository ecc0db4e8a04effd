import { useServer } from '../support/use-server';
import { CHROMIUM, type OpenedPage, useChromium } from '../support/chromium';
import type { OpenApi } from '../support/openapi';

(CHROMIUM ? describe : describe.skip)('the documentation pages, in Chromium', () => {
  const { server } = useServer();
  const chromium = useChromium();
  const show = (path: string): Promise<OpenedPage> => chromium.show(`${server.url}${path}`);

  const operationsOf = async (): Promise<{ operationId: string; summary: string }[]> => {
    const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as OpenApi;
    return Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId = '', summary = '' }) => ({ operationId, summary })),
    );
  };

  const requestsToOtherHosts = ({ requests }: OpenedPage): string[] =>
    requests.filter((url) => !url.startsWith(server.url) && !/^(?:data|blob):/.test(url));

  it('show every operation in Swagger UI, which can send one', async () => {
    const shown = await show('/api/openapi');
    const { page } = shown;
    await page.waitForSelector('.opblock');
    const rendered = await page.locator('.opblock-summary-operation-id').allInnerTexts();
    const declared = (await operationsOf()).map(({ operationId }) => operationId);
    expect(rendered.map((text) => text.replaceAll('\u200b', '')).toSorted()).toEqual(declared.toSorted());

    await page.locator('#operations-package-types-listPackageTypes .opblock-summary').click();
    await page.locator('#operations-package-types-listPackageTypes .try-out__btn').click();
    await page.locator('#operations-package-types-listPackageTypes .execute').click();
    const reply = page
      .locator('#operations-package-types-listPackageTypes .live-responses-table .microlight')
      .first();
    await reply.waitFor();
    expect(await reply.innerText()).toContain('clothes');
    expect(requestsToOtherHosts(shown)).toEqual([]);
    expect(shown.errors).toEqual([]);
  });

  it('show each error of an operation in one line, until it is opened', async () => {
    const { page, errors } = await show('/api/openapi');
    const operation = page.locator('#operations-packages-registerPackage');
    await operation.locator('.opblock-summary').click();
    const conflict = operation.locator('.response[data-code="409"]');
    await conflict.waitFor();
    expect(await conflict.innerText()).toContain('Conflict: idempotency_key_in_flight');
    expect((await operation.boundingBox())?.height).toBeLessThan(2_500);
    await conflict.locator('button').click();
    await operation.locator('.microlight', { hasText: 'urn:waybill:problem:idempotency_key' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('ask for an API key, but not for a cookie', async () => {
    const { page, errors } = await show('/api/openapi');
    await page.locator('.auth-wrapper .authorize').click();
    await page.locator('.cookie-auth').waitFor();
    expect(await page.locator('.auth-container input').count()).toBe(1);
    expect(await page.locator('.auth-container .btn.authorize:visible').count()).toBe(1);
    await page.locator('.auth-container input').fill('a-key');
    expect(errors).toEqual([]);
  });

  it('show every operation in ReDoc, whose search finds one', async () => {
    const shown = await show('/api/redoc');
    const { page } = shown;
    await page.waitForSelector('[role="search"] input');
    for (const { operationId, summary } of await operationsOf()) {
      const operation = page.locator(`[data-section-id="operation/${operationId}"]`);
      await operation.waitFor({ state: 'attached' });
      expect(await operation.locator('h2').first().innerText()).toContain(summary);
    }
    await page.locator('[role="search"] input').fill('registration');
    await page.locator('[data-role="search:results"] >> text=Get a registration').waitFor();
    expect(requestsToOtherHosts(shown)).toEqual([]);
    expect(shown.errors).toEqual([]);
  });

  it('let browsers cache their files for a year, and serve no other files', async () => {
    const page = await fetch(`${server.url}/api/openapi`);
    const files = [...(await page.text()).matchAll(/(?:src|href)="(\/api\/docs\/[^"]+)"/g)].map(
      ([, path]) => path,
    );
    expect(files).toHaveLength(3);
    for (const path of files) {
      const reply = await fetch(`${server.url}${path}`);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect((await reply.text()).length).toBeGreaterThan(50);
    }
    const unknown = await fetch(`${server.url}/api/docs/package.json`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: 'route_not_found' });
  });
});
