import { useServer } from '../support/use-server';

describe('the landing pages', () => {
  const { server } = useServer();

  const get = (path: string, accept: string) => fetch(`${server.url}${path}`, { headers: { accept } });

  it.each(['/', '/docs', '/api', '/api/'])('%s is a page without broken links', async (path) => {
    const reply = await get(path, 'text/html,*/*');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const links = [...(await reply.text()).matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links).toEqual(
      expect.arrayContaining([
        '/api/openapi',
        '/api/redoc',
        '/api/openapi.json',
        '/readme',
        '/livez',
        '/readyz',
      ]),
    );
    for (const link of links) {
      const led = await get(link, '*/*');
      expect([link, led.status]).toEqual([link, 200]);
      await led.arrayBuffer();
    }
  });

  it.each(['/', '/docs', '/api'])('%s answers curl with a few lines of URLs', async (path) => {
    const reply = await get(path, '*/*');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const text = await reply.text();
    expect(text).toContain(`${server.url}/api/openapi `);
    expect(text.split('\n').length).toBeLessThan(12);
  });
});
