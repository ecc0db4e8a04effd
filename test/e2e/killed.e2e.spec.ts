import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { resolve } from 'node:path';
import { connect } from '../support/api';
import { openSession } from '../support/callers';
import { eventually } from '../support/poll';

const preload = resolve(__dirname, '../support/kill-at.cjs');
const boots = aPackage();

describe('a registration whose process is killed', () => {
  const { database, start } = useServers({ per: 'test', rates: 'scripted' });

  it.each([
    'after the commit',
    'after the enqueue',
    'before the fetch',
    'after the fetch',
    'before the package’s commit',
    'after the package’s commit',
  ])('%s becomes one priced package after the next start', async (point) => {
    const first = await start({ preload, env: { KILL_AT: point } });
    const api = await connect(first.url);
    const cookie = await openSession(api);
    // The process may die before or after the reply is sent.
    await api
      .as({ cookie })
      .post('/packages', boots)
      .catch(() => undefined);
    expect((await first.exited).signal).toBe('SIGKILL');

    const second = await start();
    const who = (await connect(second.url)).as({ cookie });
    const items = await eventually(
      async () => {
        const { body } = await who.get('/packages', { query: { has_cost: true } });
        return body.items.length > 0 ? body.items : undefined;
      },
      { describe: 'the package is priced' },
    );
    expect(items).toMatchObject([{ name: 'Winter boots', cost: { amount: '72.24', currency: 'RUB' } }]);
    const { rows } = await database.query(
      `SELECT state, count(p.id)::int AS packages FROM registrations r LEFT JOIN packages p ON p.registration_id = r.id GROUP BY r.id, state`,
    );
    expect(rows).toEqual([{ state: 'succeeded', packages: 1 }]);
  });
});
