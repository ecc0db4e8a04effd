import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { randomBytes } from 'node:crypto';
import { connect } from '../support/api';
import { newCustomer } from '../support/callers';
import { redisUrl } from '../support/database';
import { eventually } from '../support/poll';
import { dropKeys } from '../support/redis';

const boots = aPackage();
const found = redisUrl();
const prefix = `test-${randomBytes(6).toString('hex')}`;
const targets: { name: string; env: Record<string, string>; here: boolean }[] = [
  { name: 'PostgreSQL', env: {}, here: true },
  { name: 'Redis', env: { REDIS_URL: found ?? '', REDIS_PREFIX: prefix }, here: found !== undefined },
];

for (const { name, env: queue, here } of targets)
  (here ? describe : describe.skip)(`a stopping process with its queues in ${name}`, () => {
    const { database, start, onClose } = useServers({ rates: 'scripted', env: queue });
    beforeAll(() => onClose(async () => found && dropKeys(found, prefix)));

    it('finishes the job in progress and commits its package', async () => {
      const server = await start();
      const who = await newCustomer(await connect(server.url));
      await database.query('BEGIN; LOCK TABLE packages IN SHARE MODE');
      expect((await who.post('/packages', boots)).status).toBe(202);
      await eventually(
        async () => {
          const { rows } = await database.query(
            `SELECT 1 FROM pg_locks WHERE relation = 'packages'::regclass AND NOT granted`,
          );
          return rows.length > 0;
        },
        { describe: 'the job waits for the lock on its table' },
      );

      const stopped = server.stop();
      await eventually(
        async () => (await fetch(`${server.url}/readyz`).catch(() => undefined))?.status !== 200,
        {
          describe: 'the server is not ready',
        },
      );
      await database.query('COMMIT');
      await stopped;
      const { rows } = await database.query(
        `SELECT r.state, r.attempts, p.name FROM registrations r JOIN packages p ON p.registration_id = r.id`,
      );
      expect(rows).toEqual([{ state: 'succeeded', attempts: 1, name: 'Winter boots' }]);
    });
  });
