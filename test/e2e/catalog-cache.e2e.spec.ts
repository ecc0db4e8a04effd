import { anItem } from '../support/an-item';
import { answered } from '../support/answered';
import { type Api, connect } from '../support/api';
import { eventually } from '../support/poll';
import { describeWithRedisServer, keysOf, startRedis, type TestRedis } from '../support/redis';
import { useServers } from '../support/use-server';

const KEY = 'k'.repeat(40);
const ANY = { headers: { 'If-Match': '*' } };
const PREFIX = 'test';

describeWithRedisServer('items that two api processes read from one cache', () => {
  const { start, onClose } = useServers();
  let redis: TestRedis;
  let one: Api;
  let two: Api;
  let environment: Record<string, string>;

  beforeAll(async () => {
    redis = await startRedis();
    onClose(() => redis.stop());
    environment = {
      ...{ REDIS_URL: redis.url, REDIS_PREFIX: PREFIX, BOOTSTRAP_ADMIN_KEY: KEY },
      ...{ LIMIT_ADDRESS_PER_MINUTE: '100000', LIMIT_PRINCIPAL_PER_MINUTE: '100000' },
    };
    const servers = await Promise.all([1, 2].map(() => start({ role: 'api', env: environment })));
    const apis = await Promise.all(servers.map(({ url }) => connect(url)));
    [one, two] = apis.map((api) => api.as({ key: KEY })) as [Api, Api];
  });

  const put = (api: Api, name: string) => answered(api.put('/catalog/items/A', anItem({ name }), ANY), 200);
  const nameIn = async (api: Api): Promise<string> =>
    String((await answered(api.get('/catalog/items/A'), 200)).body.name);

  it('are the new ones in every process after each write, while others read', async () => {
    await answered(one.put('/catalog/items/A', anItem({ name: 'start' })), 201);
    let isOver = false;
    const readers = [one, two].map(async (api) => {
      while (!isOver) await nameIn(api);
    });
    try {
      for (let n = 0; n < 20; n++) {
        const [writer, other] = n % 2 === 0 ? [one, two] : [two, one];
        await put(writer, `name ${n}`);
        expect([await nameIn(other), await nameIn(writer)]).toEqual([`name ${n}`, `name ${n}`]);
      }
    } finally {
      isOver = true;
      await Promise.all(readers);
    }
    const keys = await keysOf(redis.url, PREFIX);
    expect(keys).toContain(`${PREFIX}:cache:v1:catalog-items:v1:A`);
  });

  it('have one ETag, cached or not, and leave the list at once', async () => {
    const { headers } = await put(one, 'tagged');
    for (let n = 0; n < 3; n++)
      for (const api of [one, two])
        expect((await api.get('/catalog/items/A')).headers.etag).toBe(headers.etag);
    await answered(two.post('/catalog/items/A/archive'), 200);
    expect((await one.get('/catalog/items/A')).body.archived_at).not.toBeNull();
    expect((await one.get('/catalog/items')).body.items).toEqual([]);
    await answered(one.post('/catalog/items/A/restore'), 200);
    expect((await two.get('/catalog/items/A')).body.archived_at).toBeNull();
  });

  it('are the new ones in every process after an import', async () => {
    const worker = await start({ role: 'worker', env: environment });
    expect([await nameIn(one), await nameIn(two)]).toEqual(['tagged', 'tagged']);
    const file =
      'sku,name,brand,category,price_amount,price_currency,weight_kg,hs_code,attributes\nA,imported,,,1,RUB,,,';
    const options = { headers: { 'Content-Type': 'text/csv' } };
    const { body } = await answered(one.post('/catalog/imports', file, options), 202);
    await eventually(async () => (await two.get(`/catalog/imports/${body.id}`)).body.state === 'succeeded', {
      describe: 'the import is over',
    });
    expect([await nameIn(one), await nameIn(two)]).toEqual(['imported', 'imported']);
    await worker.stop();
    await put(one, 'tagged');
  });

  it('are read from PostgreSQL while Redis is lost, and are never old when it is back', async () => {
    await nameIn(two);
    redis.freeze();
    expect(await nameIn(one)).toBe('tagged');
    // Waits until everything in the cache has expired.
    await put(one, 'during the outage');
    expect([await nameIn(one), await nameIn(two)]).toEqual(['during the outage', 'during the outage']);
    redis.thaw();
    for (let n = 0; n < 20; n++)
      expect([await nameIn(one), await nameIn(two)]).toEqual(['during the outage', 'during the outage']);
  });
});
