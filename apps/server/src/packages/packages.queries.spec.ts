import { randomUUID } from 'node:crypto';
import type { RequestContext } from '@waybill/core';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { catalogSchema } from '../catalog';
import { PackagesQueries } from './packages.queries';
import { PackagesRepository } from './packages.repository';
import { packagesSchema } from './packages.schema';
import { RegistrationsRepository } from './registrations.repository';

const DAY = 24 * 3_600;
/** Longer than the query of a test takes. */
const MOMENT = 60;

const schema = { entities: [...catalogSchema.entities, ...packagesSchema.entities] };

describe('the status of a registration', () => {
  const { dataSource, database } = useTypeOrm(schema);

  afterEach(() => jest.useRealTimers());

  async function statusOf(finishedSecondsAgo: number | null): Promise<string> {
    const id = randomUUID();
    await dataSource.query(
      `INSERT INTO registrations (id, owner_id, state, name, weight_kg, content_amount, content_currency, type_id, requeue_at, finished_at)
       VALUES ($1, $1, CASE WHEN $2::int IS NULL THEN 'pending' ELSE 'failed' END, 'boots', 1, 1, 'USD', 1, now(),
         now() - $2::int * interval '1 second')`,
      [id, finishedSecondsAgo],
    );
    const queries = new PackagesQueries(
      new PackagesRepository(database),
      new RegistrationsRepository(database),
    );
    const ctx = { principal: { scopes: new Set(), ownerIds: [id] } } as unknown as RequestContext;
    return queries.status(ctx, id).then(
      ({ state }) => state,
      (error: Error) => error.constructor.name,
    );
  }

  it.each([
    [null, 'pending'],
    [DAY - MOMENT, 'failed'],
    [DAY + 1, 'RegistrationExpiredError'],
    [30 * DAY - MOMENT, 'RegistrationExpiredError'],
    [30 * DAY + 1, 'RegistrationNotFoundError'],
  ])(
    'finished %s seconds ago is %s by the clock of PostgreSQL, not of the process',
    async (seconds, expected) => {
      jest.useFakeTimers({
        now: Date.now() + 365 * DAY * 1_000,
        doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'],
      });
      expect(await statusOf(seconds)).toBe(expected);
    },
  );
});
