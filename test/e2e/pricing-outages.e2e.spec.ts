import type { SuiteDatabase } from '../support/use-database';
import { useServers } from '../support/use-server';
import { finished } from '../support/a-package';
import { aPackage } from '../support/a-package';
import { randomBytes } from 'node:crypto';
import { type Api, connect } from '../support/api';
import { newCustomer, openSession } from '../support/callers';
import { datedJson, datedXml, serve } from '../support/cbr-upstream';
import { eventually } from '../support/poll';
import { describeWithRedisServer, startRedis, withRedis } from '../support/redis';

const boots = aPackage();
const DAY_MS = 86_400_000;
const moscowDay = (instant: Date): string =>
  new Date(instant.getTime() + 3 * 3_600_000).toISOString().slice(0, 10);

const hasRun = (database: SuiteDatabase, job: string, since = new Date(0)) =>
  eventually(
    async () => {
      const over = `SELECT FROM job_runs WHERE job = $1 AND started_at > $2 AND finished_at IS NOT NULL`;
      return (await database.rows(over, [job, since])).length > 0;
    },
    { describe: `a run of ${job} is finished` },
  );

describe('registrations while the Bank of Russia is unreachable', () => {
  const { database, upstream, start } = useServers({
    rates: 'scripted',
    env: { JOB_POLL_MS: '100', JOB_SCHEDULES: 'price-pending=*/3 * * * * *' },
  });
  let caller: Api;

  beforeAll(async () => {
    upstream.respondWith('both', serve('<html>Closed for maintenance</html>'));
    // The database is configured, so the included snapshot is not used.
    const server = await start();
    caller = await newCustomer(await connect(server.url));
  });

  it('succeed without a cost; a scheduled job later prices them at the rate of the day of registration', async () => {
    const accepted = await Promise.all([caller.post('/packages', boots), caller.post('/packages', boots)]);
    const ids = await Promise.all(accepted.map(({ headers }) => packageAt(headers.location as string)));
    const explained = await caller.get(`/packages/${ids[0]}/cost`);
    expect(explained.body).toMatchObject({
      cost: null,
      reason: 'rate_unavailable',
      rates: [],
      unrounded: null,
    });
    expect((await caller.get('/packages', { query: { has_cost: false } })).body.items).toHaveLength(2);

    const longAgo = new Date(Date.now() - 40 * DAY_MS);
    await database.rows('UPDATE packages SET created_at = $2 WHERE id = $1', [ids[1], longAgo]);
    // A run that read the packages before would price both at the rate of today.
    const [clock] = await database.rows<{ now: Date }>('SELECT now()');
    await hasRun(database, 'price-pending', clock!.now);
    const earlier = moscowDay(longAgo);
    upstream.respondWith('json');
    upstream.respondWith('xml', serve(datedXml(earlier).toString().replace('84,004', '100,00')));
    await eventually(
      async () => (await caller.get('/packages', { query: { has_cost: true } })).body.items.length === 2,
      {
        describe: 'both packages are priced',
      },
    );
    expect(await costOf(ids[0]!)).toEqual({ amount: '72.24', rates: [['84.004', moscowDay(new Date())]] });
    // 0.5 × 1.5 × 100 + 0.01 × 10.99 × 100
    expect(await costOf(ids[1]!)).toEqual({ amount: '85.99', rates: [['100.00', earlier]] });
    const runs = await database.rows<{ result: { priced: number } }>(
      `SELECT result FROM job_runs WHERE job = 'price-pending' AND trigger = 'schedule' AND result->>'priced' <> '0'`,
    );
    expect(runs.reduce((sum, { result }) => sum + result.priced, 0)).toBe(2);
  });

  async function packageAt(location: string): Promise<number> {
    const done = await finished(caller, location);
    expect(done).toMatchObject({ state: 'succeeded', problem: null });
    return done.package_id as number;
  }

  async function costOf(id: number): Promise<{ amount: string; rates: [string, string][] }> {
    const { cost, rates } = (await caller.get(`/packages/${id}/cost`)).body;
    return {
      amount: cost.amount,
      rates: rates.map((rate: Record<string, string>) => [rate.value, rate.effective_date]),
    };
  }
});

describe('a hundred registrations on a cold cache in two worker processes', () => {
  const { database, upstream, start } = useServers({
    rates: 'scripted',
    // On a weekday afternoon this job would fetch rates too.
    env: { JOB_SCHEDULES: 'refresh-rates-after-publication=0 0 1 1 *' },
  });

  it('cause one request to the upstream', async () => {
    upstream.respondWith('both', serve('<html>Closed for maintenance</html>'));
    const fleet = await Promise.all([start(), start()]);
    // The first scheduled fetch has failed, so no rates are stored yet.
    await hasRun(database, 'refresh-rates');
    upstream.requests.length = 0;
    upstream.respondWith('both');
    // Slow enough for jobs of both processes to wait for it.
    const today = datedJson(moscowDay(new Date()), moscowDay(new Date(Date.now() - DAY_MS)));
    upstream.respondWith('json', (_, response) => setTimeout(() => response.end(today), 500));

    const cookie = await openSession(await connect(fleet[0]!.url));
    const callers = await Promise.all(fleet.map(async ({ url }) => (await connect(url)).as({ cookie })));
    const accepted = await Promise.all(
      Array.from({ length: 100 }, (_, index) => callers[index % 2]!.post('/packages', boots)),
    );
    expect(new Set(accepted.map(({ status }) => status))).toEqual(new Set([202]));
    await eventually(
      async () => (await database.rows(`SELECT FROM packages WHERE delivery_cost = 72.24`)).length === 100,
      { describe: 'all hundred packages are priced', everyMs: 100 },
    );
    expect(upstream.requests).toEqual([{ source: 'json', day: null }]);
  });
});

describeWithRedisServer('a Redis that is killed before pricing and restarted empty', () => {
  const { database, start, onClose } = useServers({
    rates: 'scripted',
    env: {
      JOB_POLL_MS: '100',
      JOB_SCHEDULES: 'sweep-registrations=* * * * * *',
      REGISTRATION_REQUEUE_AFTER_SECONDS: '2',
    },
  });

  it('loses no accepted package: each one gets priced', async () => {
    const redis = await startRedis();
    onClose(redis.stop);
    const env = { REDIS_URL: redis.url };
    const key = randomBytes(24).toString('hex');
    const api = await start({ role: 'api', env: { ...env, BOOTSTRAP_ADMIN_KEY: key } });
    const caller = (await connect(api.url)).as({ key });

    const before = await Promise.all(Array.from({ length: 20 }, () => caller.post('/packages', boots)));
    await eventually(() => withRedis(redis.url, (client) => client.dbsize()), {
      describe: 'jobs are in Redis',
    });
    await redis.kill();
    const meanwhile = await Promise.all(Array.from({ length: 20 }, () => caller.post('/packages', boots)));
    expect([...before, ...meanwhile].map(({ status }) => status)).toEqual(
      Array.from({ length: 40 }, () => 202),
    );
    // The worker starts without Redis, so its first sweep enqueues nothing either.
    await start({ role: 'worker', env });
    await hasRun(database, 'sweep-registrations');
    expect(await database.rows('SELECT FROM packages')).toEqual([]);
    await redis.restart();

    await eventually(
      async () => (await database.rows('SELECT FROM packages WHERE delivery_cost = 72.24')).length === 40,
      { describe: 'all forty packages are priced', everyMs: 100 },
    );
    expect(await database.rows(`SELECT DISTINCT state FROM registrations`)).toEqual([{ state: 'succeeded' }]);
  });
});
