import type { SuiteDatabase } from '../support/use-database';
import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { resolve } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { newCustomer } from '../support/callers';
import { serve } from '../support/cbr-upstream';
import { eventually } from '../support/poll';
import { type TestServer } from '../support/server';

const AHEAD_MS = ((60 + 2) * 60 + 17) * 1_000;
const preload = resolve(__dirname, '../support/clock-ahead.cjs');

interface Run {
  job: string;
  slot: Date;
  state: string;
  requested_at: Date;
}

describe('a schedule in four workers, one of them with its clock an hour ahead', () => {
  const SLOT_MS = 1_000;
  const frequent = ['price-pending', 'sweep-registrations'];
  const { database, start } = useServers({
    rates: 'scripted',
    env: {
      JOB_POLL_MS: '100',
      JOB_SCHEDULES: 'price-pending=* * * * * *; sweep-registrations=* * * * * *',
    },
  });
  let fleet: TestServer[];

  beforeAll(async () => {
    const skewed = { preload, env: { CLOCK_AHEAD_MS: String(AHEAD_MS) } };
    fleet = await Promise.all([{}, {}, {}, skewed].map(start));
  });

  const runsSince = (since: Date) =>
    database.rows<Run>(
      `SELECT job, slot, state, requested_at FROM job_runs WHERE job = ANY ($1) AND requested_at > $2 ORDER BY slot`,
      [frequent, since],
    );
  const linesOf = (server: TestServer) =>
    [...server.output().matchAll(/"time":"([^"]+)"/g)].map(([, time]) => Date.parse(time as string));

  /** Three slots of each job, the first of which begins after now. */
  async function threeSlots(): Promise<Run[]> {
    const [clock] = await database.rows<{ now: Date }>('SELECT now()');
    const runs = await eventually(
      async () => {
        const rows = await runsSince(clock!.now);
        const over = rows.filter(({ state }) => state === 'succeeded' || state === 'failed');
        return frequent.every((job) => over.filter((run) => run.job === job).length >= 4) && rows;
      },
      { describe: 'four runs of each job', everyMs: 200 },
    );
    return frequent.flatMap((name) => runs.filter(({ job }) => job === name).slice(1, 4));
  }

  function expectWholeSlots(runs: Run[]): void {
    for (const name of frequent) {
      const slots = runs.filter(({ job }) => job === name).map(({ slot }) => slot.getTime());
      expect(new Set(slots).size).toBe(3);
    }
    for (const { slot, requested_at: requestedAt, state } of runs) {
      const late = requestedAt.getTime() - slot.getTime();
      // A busy machine skips slots and is late for others; the wrong clock would be off by an hour.
      expect({ state, aligned: slot.getTime() % SLOT_MS, byTheClock: late >= 0 && late < 60_000 }).toEqual({
        state: 'succeeded',
        aligned: 0,
        byTheClock: true,
      });
    }
  }

  it('fires each slot once, by the database’s clock', async () => {
    await fetch(`${fleet[3]!.url}/api/v1/types`);
    await eventually(() => linesOf(fleet[3]!).some((time) => time > Date.now() + AHEAD_MS - 60_000), {
      describe: 'the log of the last worker has times that are ahead',
    });
    expectWholeSlots(await threeSlots());
    // Compares the calls of the handlers across the fleet with the stored runs: nothing else ran.
    await eventually(
      async () => {
        const [rows, counted] = [await finishedRuns(database), await Promise.all(fleet.map(countRuns))];
        return rows === counted.reduce((sum, count) => sum + count, 0);
      },
      { describe: 'the metrics count every stored run' },
    );
  });

  it('keeps the database’s clock when only the worker with the wrong clock is left', async () => {
    await Promise.all(fleet.splice(0, 3).map((server) => server.stop()));
    expectWholeSlots(await threeSlots());
  });
});

const finishedRuns = async (database: SuiteDatabase): Promise<number> =>
  (
    await database.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM job_runs WHERE finished_at IS NOT NULL',
    )
  )[0]!.n;

async function countRuns({ url }: TestServer): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^waybill_job_runs_total\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('jobs that administrators run', () => {
  const { database, upstream, api, admin } = useServer({
    rates: 'scripted',
    // On a weekday afternoon this job would fetch rates too.
    env: { JOB_SCHEDULES: 'refresh-rates-after-publication=0 0 1 1 *' },
  });

  beforeAll(async () => {
    await eventually(async () => (await lastRunOf('refresh-rates'))?.finished_at, {
      describe: 'the first run of refresh-rates',
    });
  });

  const lastRunOf = async (name: string) =>
    (await admin.get('/admin/jobs')).body.items.find((job: { name: string }) => job.name === name)?.last_run;
  const overAt = (location: string) =>
    eventually(
      async () => {
        const { body } = await admin.get(location);
        return body.finished_at && body;
      },
      { describe: 'the run is finished' },
    );

  it('are listed by name with their schedule and last run', async () => {
    const { body } = await admin.get('/admin/jobs');
    expect(
      body.items.map(({ name, cron, time_zone }: Record<string, unknown>) => [name, cron, time_zone]),
    ).toEqual([
      ['close-answered-tickets', '*/15 * * * *', 'UTC'],
      ['price-pending', '*/5 * * * *', 'UTC'],
      ['purge-audit-log', '0 * * * *', 'UTC'],
      ['purge-idempotency-keys', '0 * * * *', 'UTC'],
      ['purge-imports', '30 * * * *', 'UTC'],
      ['purge-job-runs', '0 * * * *', 'UTC'],
      ['purge-registrations', '0 * * * *', 'UTC'],
      ['purge-sessions', '0 * * * *', 'UTC'],
      ['refresh-rates', '0 * * * *', 'UTC'],
      ['refresh-rates-after-publication', '0 0 1 1 *', 'Europe/Moscow'],
      ['replay-orders', null, 'UTC'],
      ['sweep-imports', '*/10 * * * * *', 'UTC'],
      ['sweep-registrations', '*/10 * * * * *', 'UTC'],
    ]);
    const pricePending = body.items.find(({ name }: { name: string }) => name === 'price-pending');
    const inMs = Date.parse(pricePending.next_run_at) - Date.now();
    expect([inMs > -5_000 && inMs <= 300_000, Date.parse(pricePending.next_run_at) % 300_000]).toEqual([
      true,
      0,
    ]);
    expect(await lastRunOf('refresh-rates')).toMatchObject({ trigger: 'schedule', state: 'succeeded' });
    const first = await admin.get('/admin/jobs', { query: { limit: 7 } });
    const rest = await admin.get('/admin/jobs', { query: { limit: 7, cursor: first.body.next_cursor } });
    expect([...first.body.items, ...rest.body.items].map(({ name }) => name)).toEqual(
      body.items.map(({ name }: { name: string }) => name),
    );
  });

  it('run on request and show when, how long and with what result', async () => {
    const accepted = await admin.post('/admin/jobs/price-pending/run');
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ job: 'price-pending', trigger: 'manual', slot: null });
    expect(accepted.headers).toMatchObject({
      location: `/api/v1/admin/jobs/price-pending/runs/${accepted.body.id}`,
      'retry-after': '1',
    });
    const run = await overAt(accepted.headers.location as string);
    expect(run).toMatchObject({ state: 'succeeded', result: { priced: 0, left: 0 }, error: null });
    expect(run.duration_ms).toBe(Date.parse(run.finished_at) - Date.parse(run.started_at));
    const history = await admin.get('/admin/jobs/price-pending/runs', { query: { limit: 1 } });
    expect(history.body.items).toEqual([run]);
    const older = await admin.get('/admin/jobs/price-pending/runs', {
      query: { limit: 1, cursor: history.body.next_cursor },
    });
    expect(older.body.items).toMatchObject([{ trigger: 'schedule', state: 'succeeded' }]);
    const audited = await database.rows(
      `SELECT action, target_id, changes FROM audit_log WHERE action = 'job.run_requested'`,
    );
    expect(audited).toEqual([
      { action: 'job.run_requested', target_id: 'price-pending', changes: { run_id: run.id } },
    ]);
  });

  it('return the first run for a repeated idempotency key', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const first = await admin.post('/admin/jobs/purge-sessions/run', undefined, { headers });
    await overAt(first.headers.location as string);
    const again = await admin.post('/admin/jobs/purge-sessions/run', undefined, { headers });
    expect([again.status, again.body, again.headers['idempotent-replayed']]).toEqual([
      202,
      first.body,
      'true',
    ]);
  });

  it('show the known rates with their source and refresh them', async () => {
    const { body } = await admin.get('/admin/rates');
    expect(body.items[0]).toMatchObject({ source: 'cbr-json', currencies: 43 });
    const dates = body.items.map((list: { effective_date: string }) => list.effective_date);
    expect(dates).toEqual(dates.toSorted().toReversed());
    const first = await admin.get('/admin/rates', { query: { limit: 1 } });
    const second = await admin.get('/admin/rates', { query: { limit: 1, cursor: first.body.next_cursor } });
    expect([...first.body.items, ...second.body.items]).toEqual(body.items.slice(0, 2));

    const asked = upstream.requests.length;
    const refresh = await admin.post('/admin/rates/refresh');
    expect([refresh.status, refresh.body.job]).toEqual([202, 'refresh-rates']);
    expect(await overAt(refresh.headers.location as string)).toMatchObject({
      state: 'succeeded',
      result: { source: 'cbr-json', effective_date: dates[0], currencies: 43 },
    });
    expect(upstream.requests.length).toBe(asked + 1);
  });

  it('keep the reason of a failed run', async () => {
    upstream.respondWith('both', serve('<html>Closed for maintenance</html>'));
    const refresh = await admin.post('/admin/rates/refresh');
    expect(await overAt(refresh.headers.location as string)).toMatchObject({
      state: 'failed',
      result: null,
      error: 'No source returned valid rates',
    });
    expect((await admin.get('/admin/rates')).body.items).not.toEqual([]);
    upstream.respondWith('both');
  });

  describe('purges', () => {
    const run = async (job: string) =>
      overAt((await admin.post(`/admin/jobs/${job}/run`)).headers.location as string);
    const boots = aPackage();
    const unused = (who: string, hours: number) =>
      database.rows(`UPDATE sessions SET last_used_at = now() - $2 * interval '1 hour' WHERE id = $1`, [
        who,
        hours,
      ]);

    it('delete expired sessions and unused ones that own nothing', async () => {
      const opened = await Promise.all(
        ['packages', 'failed', 'pending', 'nothing', 'fresh', 'expired'].map(async (name) => {
          const who = await newCustomer(api);
          return { name, who, id: (await who.get('/sessions/current')).body.id as string };
        }),
      );
      const [packages, failed, pending, nothing, , expired] = opened;
      const accepted = await packages!.who.post('/packages', boots);
      await eventually(
        async () => (await packages!.who.get(accepted.headers.location as string)).body.state === 'succeeded',
        { describe: 'the package exists' },
      );
      for (const [state, { id }] of [
        ['failed', failed!],
        ['pending', pending!],
      ] as const) {
        await database.rows(
          `INSERT INTO registrations (id, owner_id, state, name, weight_kg, content_amount, content_currency, type_id, requeue_at, finished_at)
           SELECT gen_random_uuid(), owner_id, $2::text, 'x', 1, 1, 'USD', 1, now() + interval '1 day', CASE $2::text WHEN 'failed' THEN now() END
           FROM sessions WHERE id = $1`,
          [id, state],
        );
      }
      for (const { id } of [packages!, failed!, pending!, nothing!, expired!]) await unused(id, 25);
      await database.rows(`UPDATE sessions SET expires_at = now() WHERE id = $1`, [expired!.id]);

      expect(await run('purge-sessions')).toMatchObject({ result: { expired: 1, unused: 1 } });
      const left = await database.rows<{ id: string }>('SELECT id FROM sessions');
      const names = opened.filter(({ id }) => left.some((row) => row.id === id)).map(({ name }) => name);
      expect(names).toEqual(['packages', 'failed', 'pending', 'fresh']);
    });

    it('delete no session while the database has a table with owner IDs that this release does not know', async () => {
      const { id } = (await (await newCustomer(api)).get('/sessions/current')).body;
      await unused(id, 25);
      await database.rows('CREATE TABLE planted (owner_id uuid)');
      expect(await run('purge-sessions')).toMatchObject({
        state: 'failed',
        error: expect.stringContaining('planted') as string,
      });
      await database.rows('DROP TABLE planted');
      expect(await run('purge-sessions')).toMatchObject({ state: 'succeeded', result: { unused: 1 } });
    });

    it('delete registrations 30 days after they finished, but not their packages', async () => {
      const who = await newCustomer(api);
      const locations: string[] = [];
      for (const days of [31, 29]) {
        const { headers, body } = await who.post('/packages', boots);
        await eventually(async () => (await who.get(headers.location as string)).body.state === 'succeeded', {
          describe: 'the package exists',
        });
        // IDs are ordered by time, so an old registration has an old ID.
        const id = uuidv7({ msecs: Date.now() - days * 86_400_000 });
        await database.rows(
          `UPDATE registrations SET id = $2, created_at = now() - $3 * interval '1 day', finished_at = now() - $3 * interval '1 day'
            WHERE id = $1`,
          [body.id, id, days],
        );
        locations.push(`/packages/status/${id}`);
      }
      expect(await run('purge-registrations')).toMatchObject({ result: { deleted: 1 } });
      const codes = await Promise.all(locations.map(async (path) => (await who.get(path)).body.code));
      expect(codes).toEqual(['registration_not_found', 'registration_expired']);
      const { status, body: expired } = await who.get(locations[1] as string);
      expect(status).toBe(410);
      expect(expired.detail).toContain(`/api/v1/packages/${expired.package_id}`);
      expect((await who.get(`/packages/${expired.package_id}`)).body.name).toBe(boots.name);
      expect((await who.get('/packages')).body.items).toHaveLength(2);
    });

    it('drop old partitions of the audit log', async () => {
      expect(await run('purge-audit-log')).toMatchObject({ state: 'succeeded', result: { dropped: '' } });
      await database.rows(`SELECT audit_log_add_partition('2020-02-01')`);
      expect(await run('purge-audit-log')).toMatchObject({ result: { dropped: 'audit_log_2020_02' } });
    });

    it('delete idempotency keys after 24 hours, and old runs', async () => {
      await database.rows(
        `INSERT INTO idempotency_keys (owner_id, key, method, target, body_hash, status, headers, created_at)
         SELECT gen_random_uuid(), 'k', 'POST', '/', '', 202, '{}', now() - n * interval '1 hour' FROM unnest(array[23, 25, 26]) AS n`,
      );
      expect(await run('purge-idempotency-keys')).toMatchObject({ result: { deleted: 2 } });
      await database.rows(
        `INSERT INTO job_runs (id, job, trigger, state, requested_at, finished_at)
         SELECT gen_random_uuid(), 'sweep-registrations', 'manual', 'failed', now() - n * interval '1 day', now()
         FROM unnest(array[6, 8, 9]) AS n`,
      );
      expect(await run('purge-job-runs')).toMatchObject({ result: { deleted: 2 } });
    });
  });

  it('answer 404 for an unknown job and for a run of another job', async () => {
    const { id } = await lastRunOf('refresh-rates');
    for (const [method, path, code] of [
      ['POST', '/admin/jobs/nothing/run', 'job_not_found'],
      ['GET', '/admin/jobs/nothing/runs', 'job_not_found'],
      ['GET', `/admin/jobs/nothing/runs/${id}`, 'job_not_found'],
      ['GET', `/admin/jobs/purge-sessions/runs/${id}`, 'job_run_not_found'],
      ['GET', '/admin/jobs/refresh-rates/runs/none', 'job_run_not_found'],
    ] as const) {
      const reply = await admin.request(method, path);
      expect([path, reply.status, reply.body.code]).toEqual([path, 404, code]);
    }
    for (const path of ['/admin/jobs', '/admin/jobs/refresh-rates/runs', '/admin/rates']) {
      const reply = await admin.get(path, { query: { cursor: 'nonsense' } });
      expect([path, reply.status]).toEqual([path, 400]);
    }
  });

  it('need the scope', async () => {
    const customer = await newCustomer(api);
    for (const [method, path] of [
      ['GET', '/admin/jobs'],
      ['POST', '/admin/jobs/price-pending/run'],
      ['GET', '/admin/jobs/price-pending/runs'],
      ['GET', '/admin/rates'],
      ['POST', '/admin/rates/refresh'],
    ] as const) {
      expect([path, (await customer.request(method, path)).status]).toEqual([path, 403]);
      expect([path, (await api.anonymous().request(method, path)).status]).toEqual([path, 401]);
    }
  });
});
