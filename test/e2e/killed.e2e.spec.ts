import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { connect } from '../support/api';
import { openSession } from '../support/callers';
import { killAt, KILLABLE } from '../support/killable';
import { eventually } from '../support/poll';
import type { TestServer } from '../support/server';

const boots = aPackage();

describe('a registration whose process is killed', () => {
  const { database, start } = useServers({ rates: 'scripted' });
  /** The server that is running. A test kills it and starts another one, which the next test kills. */
  let running: TestServer | undefined;

  const current = async (): Promise<TestServer> => (running ??= await start({ preload: KILLABLE }));

  it.each([
    'after the commit',
    'after the enqueue',
    'before the fetch',
    'after the fetch',
    'before the package’s commit',
    'after the package’s commit',
  ])('%s becomes one priced package after the next start', async (point) => {
    const first = await current();
    await killAt(first, point);
    running = undefined;
    const api = await connect(first.url);
    const cookie = await openSession(api);
    const { body: session } = await api.as({ cookie }).get('/sessions/current');
    // The process may die before or after the reply is sent.
    await api
      .as({ cookie })
      .post('/packages', boots)
      .catch(() => undefined);
    expect((await first.exited).signal).toBe('SIGKILL');

    const second = await current();
    const customer = (await connect(second.url)).as({ cookie });
    const items = await eventually(
      async () => {
        const { body } = await customer.get('/packages', { query: { has_cost: true } });
        return body.items.length > 0 ? body.items : undefined;
      },
      { describe: 'the package is priced' },
    );
    expect(items).toMatchObject([{ name: 'Winter boots', cost: { amount: '72.24', currency: 'RUB' } }]);
    const { rows } = await database.query(
      `SELECT r.state, count(p.id)::int AS packages
       FROM registrations r JOIN sessions s USING (owner_id) LEFT JOIN packages p ON p.registration_id = r.id
       WHERE s.id = $1 GROUP BY r.id`,
      [session.id],
    );
    expect(rows).toEqual([{ state: 'succeeded', packages: 1 }]);
  });
});
