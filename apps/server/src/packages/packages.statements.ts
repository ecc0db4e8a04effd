import { auditInsert } from '@waybill/audit';
import { columnsOf, computed, type RowOf, type Statement, statement, value } from '@waybill/database';
import { typeName } from '../catalog';
import { SYSTEM } from './package-actor';
import { PackageEventEntity } from './package-event.entity';
import { PackageEntity, type PackageStatus } from './package.entity';

// Columns and statements of `PackagesRepository`.

const COLUMNS = [
  ...(['id', 'registrationId', 'name', 'weightKg', 'contentAmount', 'contentCurrency', 'typeId'] as const),
  ...(['orderUid', 'createdAt', 'deliveryCost'] as const),
  ...(['status', 'carrierId', 'claimedAt', 'cancelledAt'] as const),
] as const;
export const ROW = columnsOf(PackageEntity, ...COLUMNS)
  .from('p')
  .and(typeName.columns);
export const OWNED = ROW.and(columnsOf(PackageEntity, 'ownerId').from('p'));
export const INPUTS = columnsOf(
  PackageEntity,
  ...(['id', 'weightKg', 'contentAmount', 'contentCurrency', 'createdAt'] as const),
);
const REVISION = columnsOf(PackageEventEntity, 'revision', 'pricing', 'at');
export const PRICED = INPUTS.from('p')
  .and(columnsOf(PackageEntity, 'deliveryCost', 'unpricedReason').from('p'))
  .and(REVISION.fromOuter('latest'));
const SET_PRICE = computed({ priced: value.boolean('delivery_cost IS NOT NULL') });

export type PackageRow = RowOf<typeof ROW>;

/** Owners whose packages are visible, or all. */
export type Visibility = readonly string[] | 'all';

export interface PackageFilters {
  typeId?: number | undefined;
  hasCost?: boolean | undefined;
  status?: PackageStatus | undefined;
}

const FROM = `FROM packages p ${typeName.join('p.type_id')}`;
export const FIND_ANY = statement(ROW, `SELECT ${ROW} ${FROM} WHERE p.id = $1`);
export const FIND_OF_OWNERS = statement(
  ROW,
  `SELECT ${ROW} ${FROM} WHERE p.id = $1 AND p.owner_id = ANY ($2)`,
);
export const FIND_OWNED = statement(
  OWNED,
  `SELECT ${OWNED} FROM unnest($1::int[], $2::uuid[]) AS wanted (id, owner_id)
     JOIN packages p ON p.id = wanted.id AND p.owner_id = wanted.owner_id ${typeName.join('p.type_id')}`,
);

const FIND_PRICE = `SELECT ${PRICED} FROM packages p LEFT JOIN LATERAL (
    SELECT e.revision, e.pricing, e.at FROM package_events e
    WHERE e.package_id = p.id AND e.revision IS NOT NULL ORDER BY e.id DESC LIMIT 1) AS latest ON true
  WHERE p.id = $1`;
export const FIND_PRICE_ANY = statement(PRICED, FIND_PRICE);
export const FIND_PRICE_OF_OWNERS = statement(PRICED, `${FIND_PRICE} AND p.owner_id = ANY ($2)`);

const ofOwners = (parameter: string, visible: Visibility): string =>
  visible === 'all' ? '' : `AND p.owner_id = ANY (${parameter})`;

/** `$1` is the ID, `$2` the owners unless all are visible. */
export const lockOf = (visible: Visibility): Statement<PackageRow> =>
  statement(ROW, `${FIND_ANY.text} ${ofOwners('$2', visible)} FOR NO KEY UPDATE OF p`);

// clock_timestamp() runs while the row is locked, so the times of the events of a package never decrease.
/** `$1` is the ID, `$2` the actor, `$3` the audit entries, `$4` the carrier. */
export const CLAIM = statement(
  ROW,
  `WITH p AS (
     UPDATE packages SET status = 'claimed', carrier_id = $4, claimed_at = clock_timestamp()
     WHERE id = $1 AND status = 'registered' RETURNING *),
   logged AS (
     INSERT INTO package_events (package_id, kind, at, actor, carrier_id)
     SELECT id, 'claimed', claimed_at, $2::jsonb, carrier_id FROM p),
   recorded AS (${auditInsert('$3', 'SELECT id::text FROM p')})
   SELECT ${ROW} FROM p ${typeName.join('p.type_id')}`,
);

/** `$1` is the ID, `$2` the actor, `$3` the audit entries, `$4` the owners unless all are visible. */
export const cancelOf = (visible: Visibility): Statement<PackageRow> =>
  statement(
    ROW,
    `WITH p AS (
       UPDATE packages AS p SET status = 'cancelled', cancelled_at = clock_timestamp()
       WHERE id = $1 AND status = 'registered' ${ofOwners('$4', visible)} RETURNING *),
     logged AS (
       INSERT INTO package_events (package_id, kind, at, actor)
       SELECT id, 'cancelled', cancelled_at, $2::jsonb FROM p),
     recorded AS (${auditInsert('$3', 'SELECT id::text FROM p')})
     SELECT ${ROW} FROM p ${typeName.join('p.type_id')}`,
  );

/** `$1` is the ID, `$2` the cost, `$3` the calculation, `$4` the actor. The open transaction has locked the package. */
export const REPRICE = `WITH repriced AS (
    UPDATE packages SET delivery_cost = $2, unpriced_reason = NULL WHERE id = $1 RETURNING id, delivery_cost),
  latest AS (SELECT coalesce(max(revision), 0) AS revision FROM package_events WHERE package_id = $1)
  INSERT INTO package_events (package_id, kind, at, actor, revision, cost, pricing)
  SELECT id, CASE revision WHEN 0 THEN 'priced' ELSE 'repriced' END, clock_timestamp(), $4::jsonb, revision + 1,
    delivery_cost, $3::jsonb
  FROM repriced, latest`;

/** `$1` is a list of prices, or reasons, by package ID. */
export const SET_PRICES = statement(
  SET_PRICE,
  `WITH v AS MATERIALIZED (
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS one (id int, cost numeric, pricing jsonb, reason text)),
   changed AS (
     UPDATE packages p SET delivery_cost = v.cost, unpriced_reason = v.reason FROM v
     WHERE p.id = v.id AND p.delivery_cost IS NULL AND p.status <> 'cancelled'
       AND p.unpriced_reason IS DISTINCT FROM v.reason
     RETURNING p.id, p.delivery_cost, v.pricing),
   logged AS (
     INSERT INTO package_events (package_id, kind, at, actor, revision, cost, pricing)
     SELECT id, 'priced', clock_timestamp(), '${JSON.stringify(SYSTEM)}', 1, delivery_cost, pricing FROM changed
     WHERE delivery_cost IS NOT NULL)
   SELECT ${SET_PRICE} FROM changed`,
);

const listings = new Map<string, Statement<PackageRow>>();

/**
 * Returns the statement for exactly these filters. Each of the 72 combinations has its own statement, because `$n IS
 * NULL OR …` would lead to a worse query plan. The status is a literal for the same reason. `$1` is the ID to start
 * after, `$2` the number of rows.
 */
export function listing(
  visible: Visibility,
  { typeId, hasCost, status }: PackageFilters,
): { text: Statement<PackageRow>; parameters: unknown[] } {
  const owners = visible === 'all' ? [] : [...new Set(visible)];
  const owned = visible === 'all' ? 'all' : owners.length === 1 ? 'one' : 'many';
  const parameters = [
    ...(owned === 'all' ? [] : [owned === 'one' ? owners[0] : owners]),
    ...(typeId === undefined ? [] : [typeId]),
  ];
  const filters = { byType: typeId !== undefined, hasCost, status };
  const key = `${owned} ${JSON.stringify(filters)}`;
  const text = listings.get(key) ?? statement(ROW, textOfListing(owned, filters));
  listings.set(key, text);
  return { text, parameters };
}

function textOfListing(
  owned: 'all' | 'one' | 'many',
  { byType, hasCost, status }: { byType: boolean } & Omit<PackageFilters, 'typeId'>,
): string {
  const conditions = [
    'p.id < $1',
    ...(owned === 'one' ? ['p.owner_id = $3'] : []),
    ...(owned === 'many' ? ['p.owner_id = owner.id'] : []),
    ...(byType ? [`p.type_id = $${owned === 'all' ? 3 : 4}`] : []),
    ...(status ? [`p.status = '${status}'`] : []),
    ...(hasCost === undefined ? [] : [`p.delivery_cost IS ${hasCost ? 'NOT NULL' : 'NULL'}`]),
  ].join(' AND ');
  const newest = 'ORDER BY p.id DESC LIMIT $2';
  if (owned !== 'many') return `SELECT ${ROW} ${FROM} WHERE ${conditions} ${newest}`;
  // Reads only the newest rows of each owner, and merges them.
  return `SELECT ${ROW} FROM unnest($3::uuid[]) AS owner (id)
    CROSS JOIN LATERAL (SELECT * FROM packages p WHERE ${conditions} ${newest}) AS p ${typeName.join('p.type_id')} ${newest}`;
}
