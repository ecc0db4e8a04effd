import type { SuiteDatabase } from '../support/use-database';
import { useServer } from '../support/use-server';
import { finished } from '../support/a-package';
import { aPackage } from '../support/a-package';
import { randomUUID } from 'node:crypto';
import type { Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { eventually } from '../support/poll';

const boots = aPackage();
const ATTEMPTS = 3;
const PENDING_LIMIT = 5;

/** Makes PostgreSQL refuse packages of some names, as an example of a permanent failure. */
const refusePackages = (database: SuiteDatabase, condition: string) =>
  database.rows(
    `CREATE OR REPLACE FUNCTION refuse_package() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'poison: %', NEW.name; END $$;
     CREATE OR REPLACE TRIGGER refuse_package BEFORE INSERT ON packages FOR EACH ROW
       WHEN (${condition}) EXECUTE FUNCTION refuse_package()`,
  );

const env = {
  JOB_POLL_MS: '100',
  JOB_SCHEDULES: 'sweep-registrations=* * * * * *',
  REGISTRATION_ATTEMPTS: String(ATTEMPTS),
};

describe('registrations that can’t be processed', () => {
  const { database, api } = useServer({
    rates: 'scripted',
    env: { ...env, REGISTRATION_BACKOFF_MS: '3000', WORKER_CONCURRENCY: '1' },
  });

  it('fail with a problem after their last attempt and do not delay others', async () => {
    await refusePackages(database, `NEW.name = 'poison'`);
    const who = await newCustomer(api);
    const bad = await Promise.all(
      Array.from({ length: 5 }, () => who.post('/packages', { ...boots, name: 'poison' })),
    );
    const good = await Promise.all(Array.from({ length: 5 }, () => who.post('/packages', boots)));
    for (const { headers } of good)
      expect(await finished(who, headers.location as string)).toMatchObject({ state: 'succeeded' });
    for (const { headers } of bad) {
      expect(await finished(who, headers.location as string)).toMatchObject({
        state: 'failed',
        package_id: null,
        problem: {
          code: 'registration_failed',
          detail: `The package could not be registered after ${ATTEMPTS} attempts.`,
        },
      });
    }
    expect(await database.rows(`SELECT DISTINCT attempts FROM registrations WHERE state = 'failed'`)).toEqual(
      [{ attempts: ATTEMPTS }],
    );
    expect((await who.get('/packages')).body.items).toHaveLength(5);
    // Compares times of PostgreSQL's clock: all good registrations finished before the first bad one.
    const [held] = await database.rows(
      `SELECT max(finished_at) FILTER (WHERE state = 'succeeded') < min(finished_at) FILTER (WHERE state = 'failed') AS up
       FROM registrations`,
    );
    expect(held).toEqual({ up: true });
  });

  it('fail even if every attempt ended with its process', async () => {
    const id = randomUUID();
    await database.rows(
      `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, attempts, requeue_at)
       VALUES ($1, $1, 'deadly', 1, 1, 'USD', 1, $2, now())`,
      [id, ATTEMPTS],
    );
    await eventually(
      async () =>
        (await database.rows(`SELECT FROM registrations WHERE id = $1 AND state = 'failed'`, [id])).length ===
        1,
      { describe: 'the registration to be failed' },
    );
    expect(await database.rows('SELECT FROM packages WHERE registration_id = $1', [id])).toEqual([]);
  });
});

describe('registrations that are tried again for long', () => {
  const { database, api } = useServer({
    rates: 'scripted',
    env: {
      ...env,
      REGISTRATION_ATTEMPTS: '50',
      REGISTRATION_BACKOFF_MS: '600000',
      REGISTRATION_REQUEUE_AFTER_SECONDS: '1',
      REGISTRATIONS_PENDING_LIMIT: String(PENDING_LIMIT),
    },
  });

  it('are limited in number: new ones are refused until the number falls', async () => {
    await refusePackages(database, 'true');
    const who = await newCustomer(api);
    // One at a time: parallel registrations may be counted twice for up to a second.
    const accepted: Awaited<ReturnType<Api['post']>>[] = [];
    for (let reply = await who.post('/packages', boots); reply.status === 202;) {
      accepted.push(reply);
      reply = await who.post('/packages', boots);
    }
    expect(accepted).toHaveLength(PENDING_LIMIT);
    const replies = await Promise.all(Array.from({ length: 20 }, () => who.post('/packages', boots)));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 503));
    const refused = replies[0]!;
    expect([refused.body.code, refused.headers['retry-after']]).toEqual(['too_many_pending', '10']);
    expect(await database.rows('SELECT FROM registrations')).toHaveLength(PENDING_LIMIT);

    await database.rows('DROP TRIGGER refuse_package ON packages');
    for (const { headers } of accepted)
      expect(await finished(who, headers.location as string)).toMatchObject({ state: 'succeeded' });
    await eventually(async () => (await who.post('/packages', boots)).status === 202, {
      describe: 'registrations are accepted again',
      everyMs: 200,
    });
  });
});
