import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Path of a Chromium on this machine; undefined without one. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** A page with its requests, and with the errors and warnings that it logged. */
export interface OpenedPage {
  page: Page;
  requests: string[];
  errors: string[];
}

/** Starts a headless Chromium for the enclosing `describe`, and creates a browser context for each test. */
export function useChromium(): { show(url: string): Promise<OpenedPage> } {
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM as string,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
        ...['--disable-background-networking', '--disable-component-update'],
      ],
    });
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());
  afterAll(() => browser?.close());

  const show = async (url: string): Promise<OpenedPage> => {
    const page = await context.newPage();
    const shown: OpenedPage = { page, requests: [], errors: [] };
    page.on('request', (request) => shown.requests.push(request.url()));
    page.on('requestfailed', (request) => shown.errors.push(`${request.url()} failed`));
    page.on('pageerror', (error) => shown.errors.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) shown.errors.push(message.text());
    });
    await page.goto(url);
    return shown;
  };
  return { show };
}
