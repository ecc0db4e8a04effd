import { randomUUID } from 'node:crypto';
import { type AuditService } from '@waybill/audit';
import { RequestContext } from '@waybill/core';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { catalogSchema } from '../catalog';
import { PackageStatusService } from './package-status.service';
import { PackageAlreadyClaimedError, PackageCancelledError } from './packages.errors';
import { PackagesRepository } from './packages.repository';
import { packagesSchema } from './packages.schema';

const schema = { entities: [...catalogSchema.entities, ...packagesSchema.entities] };
const PACKAGES = 100;
const CARRIERS = 50;
const CONNECTIONS = 20;

type Outcome = { status: 'won' } | { lostTo: number } | { refused: string };

// Uses a real PostgreSQL, service, repository and connection pool. Only the audit log is fake; it has its own specs.
describe('concurrent changes of the status of packages', () => {
  const { dataSource, database } = useTypeOrm(schema, { per: 'test', poolSize: CONNECTIONS });
  const owner = randomUUID();

  beforeEach(async () => {
    await dataSource.query(
      `INSERT INTO packages (registration_id, owner_id, name, weight_kg, content_amount, content_currency, type_id, created_at, delivery_cost)
       SELECT gen_random_uuid(), $1, 'boots', 1, 1, 'USD', 1, now(), 1 FROM generate_series(1, ${PACKAGES})`,
      [owner],
    );
  });

  function service(): PackageStatusService {
    const audit = { rowOf: () => undefined } as unknown as AuditService;
    return new PackageStatusService(database, new PackagesRepository(database), audit);
  }
  function caller(kind: 'api_key' | 'customer'): RequestContext {
    const ctx = new RequestContext(randomUUID(), '127.0.0.1', undefined);
    ctx.principal = { kind, id: randomUUID(), ownerId: owner, ownerIds: [owner], scopes: new Set() };
    return ctx;
  }
  const ids = async (): Promise<number[]> =>
    (await dataSource.query<{ id: number }[]>('SELECT id FROM packages ORDER BY id')).map(({ id }) => id);

  const outcomeOf = async (work: Promise<{ status: string }>): Promise<Outcome> =>
    work.then(
      () => ({ status: 'won' }),
      (error: unknown) => {
        if (error instanceof PackageAlreadyClaimedError)
          return { lostTo: error.extras.members?.carrier_id as number };
        if (error instanceof PackageCancelledError) return { refused: 'package_cancelled' };
        throw error;
      },
    );

  it('give each of 100 packages to one of 20 concurrent claims, and report the winner to the others', async () => {
    const claims = (await ids()).flatMap((id) =>
      Array.from({ length: 20 }, (_, n) => ({ id, carrierId: 1 + ((id * 7 + n * 3) % CARRIERS) })),
    );
    expect(claims).toHaveLength(2_000);
    const statuses = service();
    const outcomes: { id: number; carrierId: number; outcome: Outcome }[] = [];
    // The 20 claims of a package are sent at the same time, and overlap with the claims of the next package.
    const waiting = claims.values();
    const clients = Array.from({ length: 2 * CONNECTIONS }, async () => {
      for (const { id, carrierId } of waiting) {
        const outcome = await outcomeOf(statuses.claim(caller('api_key'), id, carrierId));
        outcomes.push({ id, carrierId, outcome });
      }
    });
    await Promise.all(clients);

    const winners = await dataSource.query<{ id: number; winner: number; claims: number }[]>(
      `SELECT p.id, p.carrier_id AS winner, count(e.id)::int AS claims FROM packages p
         LEFT JOIN package_events e ON e.package_id = p.id AND e.kind = 'claimed' AND e.carrier_id = p.carrier_id
       WHERE p.status = 'claimed' GROUP BY p.id`,
    );
    expect(winners.map(({ claims: events }) => events)).toEqual(Array.from({ length: PACKAGES }, () => 1));
    const winnerOf = new Map(winners.map(({ id, winner }) => [id, winner]));
    expect(outcomes).toHaveLength(2_000);
    for (const { id, carrierId, outcome } of outcomes) {
      const winner = winnerOf.get(id) as number;
      expect([id, outcome]).toEqual([id, carrierId === winner ? { status: 'won' } : { lostTo: winner }]);
    }
    const [{ count }] = await dataSource.query('SELECT count(*)::int AS count FROM package_events');
    expect(count).toBe(PACKAGES);
  });

  it('let either the claim or the cancellation of a package win', async () => {
    const statuses = service();
    const packageIds = await ids();
    const outcomes = await Promise.all(
      packageIds.map((id, n) => {
        const claim = () => outcomeOf(statuses.claim(caller('api_key'), id, 7));
        const cancel = () => outcomeOf(statuses.cancel(caller('customer'), id));
        return Promise.all(n % 2 === 0 ? [claim(), cancel()] : [cancel(), claim()]);
      }),
    );
    const rows = await dataSource.query<{ id: number; status: string; kinds: string[] }[]>(
      `SELECT p.id, p.status, array_agg(e.kind) AS kinds FROM packages p JOIN package_events e ON e.package_id = p.id
       GROUP BY p.id ORDER BY p.id`,
    );
    for (const [n, { status, kinds }] of rows.entries()) {
      expect(kinds).toEqual([status]);
      const [claim, cancel] = n % 2 === 0 ? outcomes[n]! : outcomes[n]!.toReversed();
      expect([claim, cancel]).toEqual(
        status === 'claimed'
          ? [{ status: 'won' }, { lostTo: 7 }]
          : [{ refused: 'package_cancelled' }, { status: 'won' }],
      );
    }
    expect(rows).toHaveLength(PACKAGES);
  });

  it('refuse a claim or cancellation with If-Match if the package has changed', async () => {
    const [id] = (await ids()) as [number];
    const ctx = caller('api_key');
    ctx.preconditions = { ifMatch: [{ weak: false, opaque: 'x' }] };
    await expect(service().claim(ctx, id, 7)).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(service().cancel(ctx, id)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(await dataSource.query('SELECT FROM package_events')).toEqual([]);
  });
});
