import { auditInsert } from '@waybill/audit';
import { columnsOf, computed, statement, value } from '@waybill/database';
import { usableType } from '../catalog';
import { SYSTEM } from './package-actor';
import { RegistrationEntity } from './registration.entity';

// Columns and multi-row statements of `RegistrationsRepository`.

const COPIED = [
  ...(['ownerId', 'name', 'weightKg', 'contentAmount'] as const),
  ...(['contentCurrency', 'typeId', 'orderUid'] as const),
] as const;
export const NEW = columnsOf(RegistrationEntity, 'id', ...COPIED, 'actor');
/** Columns that a package copies from its registration; they have the same names in both tables. */
export const ACCEPTED = columnsOf(RegistrationEntity, ...COPIED, 'createdAt');
export const PENDING = columnsOf(RegistrationEntity, 'id', ...COPIED, 'attempts', 'createdAt');
export const STATUS = columnsOf(
  RegistrationEntity,
  ...(['id', 'ownerId', 'state', 'packageId', 'problem', 'createdAt', 'finishedAt'] as const),
);
export const AGED_STATUS = STATUS.and(
  computed({ finishedSeconds: value.nullable(value.float('extract(epoch FROM now() - finished_at)')) }),
);
export const CLAIMED = columnsOf(RegistrationEntity, 'id', 'attempts')
  .from('r')
  .and(computed({ overdue: value.boolean('due.overdue') }));
export const GRACE = computed({ end: value.text(`now() + $1 * interval '1 second'`) });
export const COUNT = computed({ count: value.int('count(*)') });
export const OLDEST = computed({
  seconds: value.float('coalesce(extract(epoch FROM now() - min(created_at)), 0)'),
});

const accepting = `INSERT INTO registrations (${NEW.names}, requeue_at)
  SELECT ${NEW.recordsetColumns('entry')}, now() + entry."graceSeconds" * interval '1 second'
  FROM jsonb_to_recordset($1::jsonb) AS entry (${NEW.recordsetDefinition}, "graceSeconds" float8)
  ${usableType.join('entry."typeId"')} RETURNING ${STATUS}`;
export const ACCEPT = statement(STATUS, accepting);
export const ACCEPT_AND_RECORD = statement(
  STATUS,
  `WITH made AS (${accepting}), recorded AS (${auditInsert('$2', 'SELECT made.id::text FROM made')}) SELECT * FROM made`,
);
export const BEGIN_ATTEMPTS = statement(
  PENDING,
  `UPDATE registrations SET attempts = attempts + 1,
     requeue_at = CASE WHEN attempts + 1 >= $3 THEN now() + $2 * interval '2 seconds'
                       WHEN requeue_at > now() + $2 * interval '0.5 second' THEN requeue_at
                       ELSE now() + $2 * interval '1 second' END
   WHERE id = ANY ($1) AND state = 'pending' AND attempts < $3 RETURNING ${PENDING}`,
);
// The arrays make PostgreSQL use the primary key. The condition is `finished_at IS NULL`, because with the equivalent
// `state = 'pending'`, PostgreSQL would read the index of all pending registrations. The locks prevent the sweeper from
// failing a registration at the same time.
export const COMPLETE = `WITH priced AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS one (id uuid, cost numeric, pricing jsonb, reason text)),
  pending AS MATERIALIZED (
    SELECT id, ${ACCEPTED.names}, actor FROM registrations
    WHERE id = ANY (ARRAY(SELECT id FROM priced)) AND finished_at IS NULL ORDER BY id FOR NO KEY UPDATE),
  made AS (
    INSERT INTO packages (registration_id, ${ACCEPTED.names}, delivery_cost, unpriced_reason)
    SELECT id, ${ACCEPTED.names}, cost, reason FROM pending JOIN priced USING (id)
    ORDER BY id ON CONFLICT (registration_id) DO NOTHING RETURNING id, registration_id),
  logged AS (
    INSERT INTO package_events (package_id, kind, at, actor, revision, cost, pricing)
    SELECT made.id, 'registered', created_at, actor, NULL, NULL, NULL
    FROM made JOIN pending ON pending.id = made.registration_id
    UNION ALL SELECT made.id, 'priced', now(), '${JSON.stringify(SYSTEM)}', 1, cost, pricing
    FROM made JOIN priced ON priced.id = made.registration_id WHERE cost IS NOT NULL)
  UPDATE registrations r SET state = 'succeeded', package_id = made.id, finished_at = now() FROM made
  WHERE r.id = made.registration_id AND r.id = ANY (ARRAY(SELECT registration_id FROM made)) AND r.finished_at IS NULL`;
